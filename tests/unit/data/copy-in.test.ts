import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { StateSerializationError } from "../../../src/base/errors.ts";
import { copyIn } from "../../../src/data/copy-in.ts";
import { FrozenDate } from "../../../src/data/frozen-date.ts";
import { FrozenMap } from "../../../src/data/frozen-map.ts";
import { heightOf } from "../../../src/data/height.ts";
import { ListNode } from "../../../src/data/list-node.ts";
import { MapNode } from "../../../src/data/map-node.ts";
import type { Node } from "../../../src/data/node.ts";
import { createRecord, isRecordNode, sealRecord } from "../../../src/data/record-node.ts";
import { SetNode } from "../../../src/data/set-node.ts";
import { toPlain } from "../../../src/data/to-plain.ts";

class Money {
  amount = 1;
}

function refusal(value: unknown): StateSerializationError {
  try {
    copyIn(value, "S");
  } catch (error) {
    expect(error).toBeInstanceOf(StateSerializationError);
    return error as StateSerializationError;
  }
  throw new Error("It was taken.");
}

it("makes a node of each kind of plain data", () => {
  const node = copyIn({ list: [1], map: new Map([["k", 1]]), set: new Set([1]), date: new Date(5) }, "S") as Readonly<
    Record<string, Node>
  >;
  expect(isRecordNode(node)).toBe(true);
  expect(node["list"]).toBeInstanceOf(ListNode);
  expect(node["map"]).toBeInstanceOf(MapNode);
  expect(node["set"]).toBeInstanceOf(SetNode);
  expect(node["date"]).toBeInstanceOf(FrozenDate);
});

it("copies: the caller's objects are neither frozen nor seen again", () => {
  const value = { rows: [{ id: 1 }], map: new Map([["k", { id: 2 }]]) };
  const node = copyIn(value, "S");
  expect(Object.isFrozen(value) || Object.isFrozen(value.rows) || Object.isFrozen(value.rows[0])).toBe(false);
  value.rows[0]!.id = 9;
  value.rows.push({ id: 10 });
  value.map.get("k")!.id = 9;
  expect(toPlain(node)).toEqual({ rows: [{ id: 1 }], map: new Map([["k", { id: 2 }]]) });
});

it("gives plain copies that share nothing with each other or with the node", () => {
  const node = copyIn({ rows: [{ id: 1 }], when: new Date(0), map: new Map([["k", [1]]]) }, "S");
  const one = toPlain(node) as { rows: { id: number }[]; when: Date; map: Map<string, number[]> };
  one.rows[0]!.id = 2;
  one.when.setTime(1);
  one.map.get("k")!.push(2);
  expect(toPlain(node)).toEqual({ rows: [{ id: 1 }], when: new Date(0), map: new Map([["k", [1]]]) });
  expect(Object.getPrototypeOf(one.rows[0])).toBe(Object.prototype);
});

it("takes known nodes as they are, and asks for every object that is none", () => {
  const known = copyIn({ id: 1 }, "S");
  const view = { standsFor: known };
  const asked: object[] = [];
  const inner = { fresh: true };
  const node = copyIn([known, view, inner], "S", (object) => {
    asked.push(object);
    return object === view ? known : undefined;
  }) as ListNode;
  expect(node.get(0)).toBe(known);
  expect(node.get(1)).toBe(known);
  expect(asked).toHaveLength(3);
  expect(asked.slice(1)).toEqual([view, inner]);
});

it("gives alike records one hidden class's worth of keys, in their order", () => {
  const node = copyIn(
    [
      { b: 1, a: 2 },
      { b: 3, a: 4 },
    ],
    "S",
  ) as ListNode;
  expect(node.toArray().map((record) => Object.keys(record as object))).toEqual([
    ["b", "a"],
    ["b", "a"],
  ]);
});

it("an object in two places becomes two values; that is no cycle", () => {
  const shared = { id: 1 };
  expect(toPlain(copyIn([shared, { shared }, new Set([shared])], "S"))).toEqual([
    { id: 1 },
    { shared: { id: 1 } },
    new Set([{ id: 1 }]),
  ]);
});

it("holes become undefined, and what an array has besides its items is left out", () => {
  // oxlint-disable-next-line no-sparse-arrays -- what is tested
  const holes = Object.assign([1, , 3], { extra: true });
  const plain = toPlain(copyIn(holes, "S")) as unknown[];
  expect(plain).toEqual([1, undefined, 3]);
  expect(1 in plain).toBe(true);
  expect("extra" in plain).toBe(false);
});

it("takes null-prototype objects, values that a page holds, and those of other realms", () => {
  const nulls = Object.assign(Object.create(null) as object, { a: 1 });
  const foreign = runInNewContext(
    "({ list: [{ a: 1 }], map: new Map([['k', 1]]), set: new Set([2]), date: new Date(3) })",
  ) as unknown;
  expect(toPlain(copyIn(nulls, "S"))).toEqual({ a: 1 });
  expect(toPlain(copyIn(new FrozenMap([["k", 1]]), "S"))).toEqual(new Map([["k", 1]]));
  expect(toPlain(copyIn(foreign, "S"))).toEqual({
    list: [{ a: 1 }],
    map: new Map([["k", 1]]),
    set: new Set([2]),
    date: new Date(3),
  });
});

it.each<[what: string, value: unknown, path: string, reason: RegExp]>([
  ["a function", { items: [0, { owner: () => 1 }] }, "S.items[1].owner", /is a function\./],
  ["a symbol", { "a b": Symbol("s") }, 'S["a b"]', /is a symbol/],
  ["a class instance", { items: [[new Money()]] }, "S.items[0][0]", /instance of Money/],
  ["an instance of a subclass of Map", { map: new (class Bag extends Map {})() }, "S.map", /instance of Bag/],
  ["an instance of a subclass of Array", [new (class Stack extends Array {})()], "S[0]", /instance of Stack/],
  ["an instance of a subclass of Date", new (class Day extends Date {})(), "S", /instance of Day/],
  ["an object over an object", Object.create({ inherited: 1 }), "S", /instance of Object/],
  ["a typed array", { bytes: new Uint8Array(1) }, "S.bytes", /instance of Uint8Array/],
  ["a URL", new Map([["home", { url: new URL("http://x.example") }]]), 'S.get("home").url', /instance of URL/],
  ["an error", { error: new Error("no") }, "S.error", /instance of Error/],
  ["a promise", { later: Promise.resolve(1) }, "S.later", /Await it first/],
  ["a value of a Map", { m: new Map([[7, () => 1]]) }, "S.m.get(7)", /is a function/],
  ["a key of a Map", { m: new Map([[() => 1, 1]]) }, "S.m key", /is a function/],
  ["something in a key of a Map", { m: new Map([[[Symbol("s")], 1]]) }, "S.m key[0]", /is a symbol/],
  ["a member of a Set", { s: new Set([new Money()]) }, "S.s member", /instance of Money/],
  ["a key __proto__", { a: JSON.parse('{"__proto__": 1}') as unknown }, "S.a", /__proto__/],
  ["a key that is a symbol", { a: { [Symbol("s")]: 1 } }, "S.a", /key that is a symbol\./],
  [
    "a getter",
    {
      a: {
        get total() {
          return 1;
        },
      },
    },
    "S.a.total",
    /is a getter or setter/,
  ],
  ["a setter", { a: { set total(value: number) {} } }, "S.a.total", /is a getter or setter/],
  ["a function itself", () => 1, "S", /is a function/],
])("refuses %s, naming its place", (_, value, path, reason) => {
  const error = refusal(value);
  expect(error.path).toBe(path);
  expect(error.message).toMatch(reason);
});

it("keys that are hidden symbols or not enumerable are left out", () => {
  const value = Object.defineProperty({ a: 1 }, Symbol("hidden"), { value: 1 });
  Object.defineProperty(value, "b", { value: 2 });
  expect(toPlain(copyIn(value, "S"))).toEqual({ a: 1 });
});

it("a cycle is refused where it closes, however it is made", () => {
  const own: Record<string, unknown> = { a: 1 };
  own["self"] = own;
  expect(refusal(own).path).toBe("S.self");
  const list: unknown[] = [0];
  list.push({ list });
  expect(refusal({ first: { list } }).path).toBe("S.first.list[1].list");
  const map = new Map<string, unknown>();
  map.set("up", [map]);
  expect(refusal({ map }).message).toMatch(/^S\.map\.get\("up"\)\[0\] refers back .* cycle/);
  const set = new Set<unknown>();
  set.add({ set });
  expect(refusal(set).path).toBe("S member.set");
});

it("a cycle is found before anything beside it is copied again", () => {
  const wide: Record<string, unknown> = { items: Array.from({ length: 1_000 }, (_, id) => ({ id })) };
  let copied = 0;
  wide["self"] = wide;
  expect(() =>
    copyIn(wide, "S", () => {
      copied += 1;
      return undefined;
    }),
  ).toThrow(StateSerializationError);
  expect(copied).toBeLessThan(1_100);
});

it("what is nested too deep is refused, not a stack overflow", () => {
  let deep: unknown = 1;
  for (let level = 0; level < 100_000; level += 1) deep = { deep };
  expect(refusal({ deep }).message).toMatch(/^S is nested more than 500 levels deep\./);
  let fits: unknown = 1;
  for (let level = 0; level < 500; level += 1) fits = [fits];
  expect(() => copyIn(fits, "S")).not.toThrow();
});

it("a known node counts with its levels, and so does what the value will be in", () => {
  const nest = (levels: number, inner: unknown): unknown => (levels === 0 ? inner : [nest(levels - 1, inner)]);
  const node = copyIn(nest(300, new Map([[{ key: 1 }, new Set([{ member: new Date(0) }])]])), "S");
  expect(heightOf(node)).toBe(304);
  expect(heightOf(copyIn(nest(196, node), "S"))).toBe(500);
  expect(() => copyIn(nest(197, node), "S")).toThrow(/500 levels/);
  expect(() => copyIn(nest(196, 1), "S", undefined, 304)).not.toThrow();
  expect(() => copyIn(nest(197, 1), "S", undefined, 304)).toThrow(/500 levels/);
});

it("an array with a large gap is refused at once, not filled", () => {
  const far: unknown[] = [1];
  far[1_001] = 2;
  expect((copyIn(far, "S") as ListNode).length).toBe(1_002);
  far[4_294_967_294] = 3;
  expect(refusal({ list: [far] })).toMatchObject({ path: "S.list[0]" });
  expect(refusal(new Array(1_001)).message).toMatch(/more than 1000 empty places/);
});

it("no record can be given the key __proto__, whoever makes it", () => {
  const record = createRecord();
  expect(() => {
    record["__proto__"] = 1;
  }).toThrow(StateSerializationError);
  expect(Object.keys(sealRecord(record))).toEqual([]);
});
