import { expect, test } from "vitest";
import { codeFrame, placeOf, SourceError } from "../../../src/vite/source-error.ts";

const CODE = "one\ntwo\n\tthree\nfour\nfive\nsix\n";

test("places count lines from 1 and columns from 0", () => {
  expect(placeOf("/a.ts", CODE, 0)).toEqual({ file: "/a.ts", line: 1, column: 0 });
  expect(placeOf("/a.ts", CODE, CODE.indexOf("two"))).toEqual({ file: "/a.ts", line: 2, column: 0 });
  expect(placeOf("/a.ts", CODE, CODE.indexOf("hree"))).toEqual({ file: "/a.ts", line: 3, column: 2 });
});

test("the frame points at the column, tabs and all", () => {
  expect(codeFrame(CODE, { line: 3, column: 1 })).toBe("1 | one\n2 | two\n3 | \tthree\n  | \t^\n4 | four\n5 | five");
  expect(codeFrame(CODE, { line: 1, column: 0 })).toBe("1 | one\n  | ^\n2 | two\n3 | \tthree");
});

test("the error carries what Vite's overlay reads, and a stack that leads to the source", () => {
  const error = new SourceError({
    file: "/a.ts",
    code: CODE,
    offset: 4,
    message: "Wrong.",
    errorCode: "STATE_DEFINITION",
  });
  expect(error).toMatchObject({
    id: "/a.ts",
    loc: { line: 2, column: 0 },
    plugin: "meanwhile",
    pluginCode: "STATE_DEFINITION",
  });
  expect(error.stack).toBe("SourceError: Wrong.\n    at /a.ts:2:1");
});
