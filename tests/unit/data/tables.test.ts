import { expect, it } from "vitest";
import { REMOVED } from "../../../src/data/entries.ts";
import { MapNode } from "../../../src/data/map-node.ts";
import type { Node } from "../../../src/data/node.ts";
import { SetNode } from "../../../src/data/set-node.ts";

const numbered = (count: number): MapNode => MapNode.of(Array.from({ length: count }, (_, at) => [at, at] as const));

const indexOf = ({ table }: MapNode): Map<Node, number | number[]> =>
  (table as unknown as { index: Map<Node, number | number[]> }).index;

it("keeps keys in the order of a Map: set in place, new ones last, removed and set again last", () => {
  const map = MapNode.of([
    ["a", 1],
    ["b", 2],
    ["a", 3],
    ["c", 4],
  ]);
  expect([...map.entries()]).toEqual([
    ["a", 3],
    ["b", 2],
    ["c", 4],
  ]);
  const next = map.with([
    ["b", 5],
    ["a", REMOVED],
    ["d", 6],
    ["a", 7],
    ["gone", REMOVED],
  ]);
  expect([...next.entries()]).toEqual([
    ["b", 5],
    ["c", 4],
    ["d", 6],
    ["a", 7],
  ]);
  expect([next.size, next.has("gone"), next.get("a")]).toEqual([4, false, 7]);
  expect([...map.keys()]).toEqual(["a", "b", "c"]);
});

it("knows undefined as a key and as a value, NaN as itself and -0 as 0", () => {
  const map = MapNode.of([]).with([
    [undefined, undefined],
    [NaN, 1],
    [-0, 2],
  ]);
  expect(map.has(undefined)).toBe(true);
  expect(map.get(NaN)).toBe(1);
  expect(map.get(0)).toBe(2);
  expect(Object.is([...map.keys()][2], 0)).toBe(true);
  expect(
    MapNode.of([["a", 1]])
      .with([[undefined, 1]])
      .with([[undefined, REMOVED]])
      .has(undefined),
  ).toBe(false);
  expect(MapNode.of([]).has(undefined)).toBe(false);
});

it("versions know nothing of each other's keys, nor of those of a version that was given up", () => {
  const base = MapNode.of([["a", 1]]);
  const givenUp = base.with([
    ["x", 1],
    ["y", 2],
  ]);
  const next = base.with([
    ["y", 3],
    ["z", 4],
  ]);
  expect([base.has("x"), base.has("y"), next.has("x"), next.get("y"), givenUp.get("y")]).toEqual([
    false,
    false,
    false,
    3,
    2,
  ]);
  const again = next.with([["x", 5]]);
  expect([again.get("x"), givenUp.get("x"), next.has("x")]).toEqual([5, 1, false]);
  const moved = again.with([
    ["a", REMOVED],
    ["a", 9],
  ]);
  expect([moved.get("a"), again.get("a"), givenUp.get("a")]).toEqual([9, 1, 1]);
});

it("shares what it does not change: one entry of many copies one chunk", () => {
  const map = numbered(10_000);
  const next = map.with([[5_000, -1]]);
  const shared = next.table.values.filter((chunk, at) => chunk === map.table.values[at]).length;
  expect(shared).toBe(map.table.values.length - 1);
  // Writing a place copies its chunk of keys only where keys come or go.
  expect(next.table.keys.every((chunk, at) => chunk === map.table.keys[at])).toBe(true);
});

it("holes are cleared away, so that a queue or a cache does not grow", () => {
  let queue = numbered(100);
  for (let at = 100; at < 10_000; at += 1)
    queue = queue.with([
      [at - 100, REMOVED],
      [at, at],
    ]);
  expect(queue.size).toBe(100);
  expect([...queue.keys()]).toEqual(Array.from({ length: 100 }, (_, at) => 9_900 + at));
  expect(queue.table.end).toBeLessThanOrEqual(232);
  expect(indexOf(queue).size).toBeLessThanOrEqual(232);
});

it("a key that comes and goes leaves a bounded trace", () => {
  let map = numbered(5_000);
  let longest = 0;
  for (let round = 0; round < 2_000; round += 1) {
    map = map.with([
      ["key", REMOVED],
      ["key", round],
    ]);
    const known = indexOf(map).get("key");
    if (Array.isArray(known)) longest = Math.max(longest, known.length);
  }
  expect(map.get("key")).toBe(1_999);
  expect(longest).toBeLessThan(200);
});

it("versions that are given up leave a bounded trace, and clearing it away is rare", () => {
  const base = numbered(5_000);
  const indexes = new Set<unknown>();
  let largest = 0;
  for (let round = 0; round < 20_000; round += 1) {
    base.with([[`given up ${round}`, round]]);
    indexes.add(indexOf(base));
    largest = Math.max(largest, indexOf(base).size);
  }
  expect(largest).toBeLessThanOrEqual(2 * 5_001 + 32);
  expect(indexes.size).toBeLessThan(10);
  expect([base.size, base.get(4_999), base.has("given up 19999")]).toEqual([5_000, 4_999, false]);
});

it("a Set is the same over its members", () => {
  const object: Node = MapNode.of([]);
  const set = SetNode.of([1, 2, 1, object]);
  const next = set.with([
    [1, REMOVED],
    [3, true],
    [1, true],
    [2, true],
  ]);
  expect([...set.values()]).toEqual([1, 2, object]);
  expect([...next.values()]).toEqual([2, object, 3, 1]);
  expect([next.size, next.has(object), next.has(4)]).toEqual([4, true, false]);
});
