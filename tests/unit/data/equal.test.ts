import { expect, it } from "vitest";
import { copyIn } from "../../../src/data/copy-in.ts";
import { isEqual } from "../../../src/data/equal.ts";

const equal = (a: unknown, b: unknown): boolean => isEqual(copyIn(a, "a"), copyIn(b, "b"));

it.each<[what: string, a: unknown, b: unknown, isSame: boolean]>([
  ["numbers as Object.is has them", [NaN, -0], [NaN, -0], true],
  ["0 and -0", 0, -0, false],
  ["null and undefined", [null], [undefined], false],
  ["an empty object and null", {}, null, false],
  ["keys in another order", { a: 1, b: { c: [2] } }, { b: { c: [2] }, a: 1 }, true],
  ["a missing key and undefined", { a: undefined }, { b: undefined }, false],
  ["lists of other lengths", [1, 2], [1], false],
  ["a list and an object", [], {}, false],
  ["dates", [new Date(1), new Date(NaN)], [new Date(1), new Date(NaN)], true],
  ["other dates", new Date(1), new Date(2), false],
  ["Maps with object keys", new Map([[{ a: 1 }, [1]]]), new Map([[{ a: 1 }, [1]]]), true],
  [
    "Maps in another order",
    new Map([
      ["a", 1],
      ["b", 2],
    ]),
    new Map([
      ["b", 2],
      ["a", 1],
    ]),
    false,
  ],
  ["Maps with other values", new Map([["a", { b: 1 }]]), new Map([["a", { b: 2 }]]), false],
  ["Sets", new Set(["a", "b"]), new Set(["a", "b"]), true],
  ["Sets in another order", new Set(["a", "b"]), new Set(["b", "a"]), false],
  ["a Set and a Map", new Set(), new Map(), false],
])("tells %s", (_, a, b, isSame) => {
  expect(equal(a, b)).toBe(isSame);
  expect(equal(b, a)).toBe(isSame);
});
