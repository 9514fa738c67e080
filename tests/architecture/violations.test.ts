import { expect, test } from "vitest";
import { readRoomsTable } from "./rooms-table.ts";
import { readSource } from "./source-file.ts";
import { type Rules, violations } from "./violations.ts";

const RULES: Rules = {
  rooms: {
    base: { rooms: [] },
    state: { rooms: ["base"] },
    server: {
      rooms: ["base", "state"],
      only: { state: ["face.ts"] },
      packages: ["@scope/ws"],
      node: true,
      loadsUserModules: true,
    },
  },
  longFiles: {},
  defaultExports: {},
};

function found(sources: Record<string, string>, rules: Partial<Rules> = {}): string[] {
  const files = Object.entries(sources).map(([path, text]) => readSource(path, text));
  return violations(files, { ...RULES, ...rules });
}

const FACE = { "base/a.ts": "", "state/face.ts": "", "state/deep.ts": "" };

test("allowed arrows pass: within a room, to rooms, packages and Node modules of the table", () => {
  const server = `
    import type { A } from "../base/a.ts";
    import { b } from "../state/face.ts";
    import ws from "@scope/ws/deep";
    import fs from "node:fs";
    import { other } from "./other.ts";
    type Lazy = import("../base/a.ts").A;
    const lazy = () => import("./other.ts");
  `;
  expect(found({ ...FACE, "server/app.ts": server, "server/other.ts": "" })).toEqual([]);
});

test.each([
  ["a value import", 'import { a } from "../state/face.ts";'],
  ["a type import", 'import type { A } from "../state/face.ts";'],
  ["a type among values", 'import { type A } from "../state/face.ts";'],
  ["a re-export", 'export { a } from "../state/face.ts";'],
  ["a dynamic import", 'const a = () => import("../state/face.ts");'],
  ["an import type", 'type A = import("../state/face.ts").A;'],
])("another room is refused in %s", (_form, text) => {
  expect(found({ ...FACE, "base/b.ts": text })).toEqual([
    "base/b.ts imports ../state/face.ts: base may not import state.",
  ]);
});

test.each([
  ["node:fs", "base/b.ts imports node:fs: base has no Node modules."],
  ["fs", "base/b.ts imports fs: base may not use this package."],
  ["meanwhile/server", "base/b.ts imports meanwhile/server: base may not use this package."],
  ["./gone.ts", "base/b.ts imports ./gone.ts, which is no file of src/."],
  ["../../tests/x.ts", "base/b.ts imports ../../tests/x.ts, which is no file of src/."],
])("%s is refused where the table does not have it", (specifier, sentence) => {
  expect(found({ "base/b.ts": `import { b } from "${specifier}";` })).toEqual([sentence]);
});

test("an arrow can be narrowed to files", () => {
  expect(found({ ...FACE, "server/app.ts": 'import { d } from "../state/deep.ts";' })).toEqual([
    "server/app.ts imports ../state/deep.ts: server may see only face.ts of state.",
  ]);
});

test("imports for their side effect and computed imports are refused", () => {
  expect(found({ "base/a.ts": "", "base/b.ts": 'import "./a.ts";' })).toHaveLength(1);
  const computed = "const load = (name: string) => import(name);";
  expect(found({ "base/b.ts": computed })).toHaveLength(1);
  expect(found({ "server/b.ts": computed })).toEqual([]);
});

test("cycles of files are found", () => {
  const files = {
    "base/a.ts": 'import { type B } from "./b.ts";',
    "base/b.ts": 'import { c } from "./c.ts";',
    "base/c.ts": 'import { a } from "./a.ts";',
  };
  expect(found(files)).toEqual(["These files import each other: base/a.ts -> base/b.ts -> base/c.ts -> base/a.ts."]);
});

test("types may refer to each other across the files of a room", () => {
  const files = {
    "base/a.ts": 'import type { B } from "./b.ts"; export type { B };',
    "base/b.ts": 'import { c } from "./c.ts"; export type { A } from "./a.ts"; type Also = import("./a.ts").A;',
    "base/c.ts": 'import type { A } from "./a.ts";',
  };
  expect(found(files)).toEqual([]);
});

test("cycles of rooms are found, of types too, where no file is in one", () => {
  const files = {
    "base/a.ts": 'import type { S } from "../state/s.ts";',
    "base/b.ts": "",
    "state/s.ts": "",
    "state/t.ts": 'import { b } from "../base/b.ts";',
  };
  expect(found(files)).toContain("These rooms import each other: base -> state -> base.");
});

test("`export *`, default exports, names, length, strange rooms", () => {
  expect(found({ "base/a.ts": "", "base/b.ts": 'export * from "./a.ts";' })).toHaveLength(1);
  expect(found({ "base/a.ts": "", "base/b.ts": 'export * as a from "./a.ts";' })).toHaveLength(1);
  expect(found({ "base/b.ts": "export default 1;" })).toHaveLength(1);
  expect(found({ "base/b.ts": "const b = 1; export { b as default };" })).toHaveLength(1);
  expect(found({ "base/someFile.ts": "" })).toEqual(["base/someFile.ts is not named in kebab-case."]);
  expect(found({ "base/b.ts": "\n".repeat(401) })).toHaveLength(1);
  expect(found({ "utils/b.ts": "" })).toEqual(["utils/b.ts is in no room."]);
});

test("exceptions hold while they are needed, and are refused afterwards", () => {
  const rules = { longFiles: { "base/b.ts": "a table" }, defaultExports: { "base/b.ts": "a plugin" } };
  expect(found({ "base/b.ts": `export default 1;${"\n".repeat(401)}` }, rules)).toEqual([]);
  expect(found({ "base/b.ts": "" }, rules)).toHaveLength(2);
});

test("exported declarations need a docstring; one of several overloads will do", () => {
  const text = `
    /** Documented. */
    // A note to a tool may stand between.
    export class A {}
    /** Documented. */
    export function f(a: string): void;
    export function f(a: number): void;
    export function f(): void {}
    const internal = 1;
    export { internal };
    // A plain comment is none.
    export const b = 1;
    /** Too far away. */
    internal;
    export interface C {}
    export type D = 1;
  `;
  expect(found({ "base/b.ts": text })).toEqual(
    ["b", "C", "D"].map((name) => `base/b.ts exports ${name} without a docstring.`),
  );
});

test("the table is read out of a page", () => {
  const page = `
| room | holds | may import |
|---|---|---|
| \`base\` | errors, \`data\` | nothing |
| \`state\` | classes | base |
| \`server\` | the app | all of the above |
| \`vite\` | the plugin | server's public face, base's version |
| \`elsewhere\` | no room | base |
`;
  expect(readRoomsTable(page, ["base", "state", "server", "vite"])).toEqual({
    base: [],
    state: ["base"],
    server: ["base", "state"],
    vite: ["base", "server"],
  });
});
