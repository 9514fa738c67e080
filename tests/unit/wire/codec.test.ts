import { describe, expect, it } from "vitest";
import { ProtocolError, StateSerializationError } from "../../../src/base/errors.ts";
import { copyIn } from "../../../src/data/copy-in.ts";
import { FrozenDate } from "../../../src/data/frozen-date.ts";
import { FrozenMap } from "../../../src/data/frozen-map.ts";
import { FrozenSet } from "../../../src/data/frozen-set.ts";
import { MAX_DEPTH } from "../../../src/data/max-depth.ts";
import type { Encoded, EncodedPatch } from "../../../src/wire/codec.ts";
import { decodeFrozen, decodeMutable, decodePatch } from "../../../src/wire/decode.ts";
import { encodeNode } from "../../../src/wire/encode-node.ts";
import { encodePlain } from "../../../src/wire/encode.ts";
import { MAX_ARGUMENT_DEPTH } from "../../../src/wire/limits.ts";

const overTheWire = (value: Encoded): Encoded => JSON.parse(JSON.stringify(value)) as Encoded;

describe("values", () => {
  it.each<[value: unknown, text: string]>([
    [1.5, "1.5"],
    ["\ud800", '"\\ud800"'],
    [undefined, '{"$":["u"]}'],
    [NaN, '{"$":["n","NaN"]}'],
    [-Infinity, '{"$":["n","-Infinity"]}'],
    [-0, '{"$":["n","-0"]}'],
    [-(2n ** 70n), '{"$":["b","-1180591620717411303424"]}'],
    [new Date(5), '{"$":["d",5]}'],
    [new Date(NaN), '{"$":["d",null]}'],
    [new Map<unknown, unknown>([["a", [undefined]]]), '{"$":["m",[["a",[{"$":["u"]}]]]]}'],
    [new Set([1, { a: NaN }]), '{"$":["s",[1,{"a":{"$":["n","NaN"]}}]]}'],
    [{ $: { $: 1 } }, '{"$":["o",[["$",{"$":["o",[["$",1]]]}]]]}'],
    [{ z: 1, a: { b: -0 }, c: [null] }, '{"z":1,"a":{"b":{"$":["n","-0"]}},"c":[null]}'],
    [{ toJSON: 1, constructor: 2 }, '{"toJSON":1,"constructor":2}'],
  ])("%o crosses the wire from either side as %s", (value, text) => {
    expect(JSON.stringify(encodeNode(copyIn(value, "v")))).toBe(text);
    expect(JSON.stringify(encodePlain(value, 64))).toBe(text);
    expect(decodeMutable(JSON.parse(text) as Encoded, { maxDepth: 9 })).toEqual(value);
    expect(encodePlain(decodeFrozen(JSON.parse(text) as Encoded), 64)).toEqual(JSON.parse(text));
  });

  it("of which nothing needs a tag are not copied to be encoded", () => {
    const record = copyIn({ a: 1, b: { c: "x" } }, "v");
    expect(encodeNode(record)).toBe(record);
    expect(encodeNode(copyIn({ a: 1, b: { c: -0 } }, "v"))).toEqual({ a: 1, b: { c: { $: ["n", "-0"] } } });
  });

  it("are frozen at every depth in the page, and mutable on the server", () => {
    const encoded = overTheWire(
      encodePlain({ rows: [{ id: 1 }], map: new Map([["k", [1]]]), set: new Set([1]), at: new Date(1) }, 64),
    );
    const page = decodeFrozen(encoded) as { rows: object[]; map: Map<string, object>; set: object; at: object };
    expect([page, page.rows, page.rows[0]!, page.map.get("k")!].every(Object.isFrozen)).toBe(true);
    expect([page.map, page.set, page.at].map(({ constructor }) => constructor)).toEqual([
      FrozenMap,
      FrozenSet,
      FrozenDate,
    ]);
    const server = decodeMutable(encoded, { maxDepth: 9 }) as { rows: { id: number }[]; map: Map<string, number[]> };
    server.rows[0]!.id = 2;
    server.map.get("k")!.push(2);
    server.map.set("l", []);
    expect(server.map.constructor).toBe(Map);
  });
});

describe("what a page can't send", () => {
  const loop: { to?: unknown } = {};
  loop.to = loop;
  it.each<[what: string, value: unknown, path: string, reason: RegExp]>([
    ["a function", { items: [0, { onClick: () => 1 }] }, "the value.items[1].onClick", /is a function/],
    ["a symbol", { "a b": Symbol("s") }, 'the value["a b"]', /is a symbol/],
    ["an instance", new Map([["k", new URL("http://x.example")]]), "the value.k", /instance of URL/],
    ["a key __proto__", JSON.parse('{"a": {"__proto__": 1, "$": 1}}'), "the value.a", /__proto__/],
  ])("%s is refused with its place", (_, value, path, reason) => {
    expect(() => encodePlain(value, 64)).toThrow(StateSerializationError);
    expect(() => encodePlain(value, 64)).toThrow(
      expect.objectContaining({ path, message: expect.stringMatching(reason) as unknown }) as Error,
    );
  });

  it("a circle is refused", () => {
    expect(() => encodePlain(loop, 64)).toThrow(/levels deep, or in a circle/);
  });
});

it("what the state may hold, the page can decode, remember and decode again; arguments are held shorter", () => {
  const levels: [string, (inner: unknown) => unknown][] = [
    ["objects", (inner) => ({ inner })],
    ["tagged objects", (inner) => ({ $: inner })],
    ["lists", (inner) => [inner]],
    ["Maps", (inner) => new Map([["k", inner]])],
    ["Sets", (inner) => new Set([inner])],
  ];
  for (const [name, around] of levels) {
    let value: unknown = [undefined];
    for (let level = 1; level < MAX_DEPTH; level += 1) value = around(value);
    const text = JSON.stringify(encodeNode(copyIn(value, "S")));
    const inPage = decodeFrozen(JSON.parse(text) as Encoded);
    expect(JSON.stringify(encodePlain(inPage, MAX_DEPTH)), name).toBe(text);
    expect(() => encodePlain(inPage, MAX_ARGUMENT_DEPTH), name).toThrow(/more than 64 levels/);
  }
});

describe("what a hostile page sends", () => {
  const nested = (levels: number): Encoded => JSON.parse("[".repeat(levels) + "]".repeat(levels)) as Encoded;

  it.each<[what: string, encoded: unknown, message: string]>([
    ["an unknown tag", { a: [{ $: ["x", 1] }] }, "value.a[0] has an unknown tag"],
    ["a tag that is no list", { $: "u" }, "value is no list"],
    ["a tag without its content", { $: ["m"] }, "value is more or less than a tag"],
    ["a tag with more content", { $: ["u", 1] }, "value is more or less than a tag"],
    ["a tag beside a key", { $: ["u"], other: 1 }, "value is more or less than a tag"],
    ["a number of another word", [{ $: ["n", "1"] }], "value[0] is no number"],
    ["a number that is none", [{ $: ["n", 1] }], "value[0] is no text"],
    ["a bigint of letters", { $: ["b", "0x1"] }, "value is no bigint"],
    ["a bigint that takes for ever", { $: ["b", "9".repeat(5_000)] }, "value is no bigint"],
    ["a date of text", { $: ["d", "now"] }, "value is no date"],
    ["entries that are no pairs", { m: { $: ["m", [["k"]]] } }, "value.m is no pair"],
    ["entries that are no list", { $: ["m", { length: 1 }] }, "value is no list"],
    ["members that are no list", { $: ["s", "abc"] }, "value is no list"],
    ["a key that is no text", { $: ["o", [[1, 1]]] }, "value is no text"],
    ["a key __proto__", JSON.parse('{"a":{"__proto__":{"admin":true}}}'), "value.a has a key named __proto__"],
    ["a tagged key __proto__", { $: ["o", [["__proto__", 1]]] }, "value has a key named __proto__"],
  ])("%s is refused with its place", (_, encoded, message) => {
    expect(() => decodeMutable(encoded as Encoded, { maxDepth: 9 })).toThrow(ProtocolError);
    expect(() => decodeMutable(encoded as Encoded, { maxDepth: 9 })).toThrow(`Bad value: ${message}.`);
  });

  it("depth is bounded, also through tags, and names no long path", () => {
    expect(() => decodeMutable(nested(10), { maxDepth: 9 })).not.toThrow();
    expect(() => decodeMutable(nested(11), { maxDepth: 9 })).toThrow(/is nested too deep/);
    let tagged: unknown = 1;
    for (let level = 0; level < 5_000; level += 1) tagged = { $: ["s", [tagged]] };
    expect(() => decodeMutable(tagged as Encoded, { maxDepth: 9 })).toThrow(/is nested too deep/);
    const long = { ["k".repeat(100_000)]: { $: 1 } };
    expect(() => decodeMutable(long, { maxDepth: 9 })).toThrow(/^Bad value: .{1,220}$/);
  });

  it("nothing reaches a prototype", () => {
    try {
      decodeMutable(
        JSON.parse(
          '{"$":["o",[["constructor",{"prototype":{"polluted":1}}],["__proto__",{"polluted":1}]]]}',
        ) as Encoded,
        { maxDepth: 9 },
      );
    } catch {
      // What counts is what it left behind.
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("large bigints are the server's right", () => {
    expect(decodeFrozen({ $: ["b", "9".repeat(5_000)] })).toBe(10n ** 5_000n - 1n);
  });
});

it.each<[what: string, patch: unknown]>([
  ["no list", { kind: 0 }],
  ["an unknown kind", [9]],
  ["a replacement without a value", [0]],
  ["a record of nothing", [1, null]],
  ["a record with a patch that is none", [1, { a: 1 }]],
  ["a record with a key __proto__", [1, JSON.parse('{"__proto__":[0,1]}')]],
  ["a removed key that is no text", [1, {}, [1]]],
  ["a range before the start", [2, [[-1, 2]]]],
  ["a range of no number", [2, [[0, "2"]]]],
  ["an index that is none", [2, 0, [[0.5, [0, 1]]]]],
  ["a Map's parts missing", [3, []]],
  ["a Set's parts missing", [4, []]],
  ["a text without text", [5, 1, 2]],
])("a patch that is %s is refused", (_, patch) => {
  expect(() => decodePatch(patch as EncodedPatch)).toThrow(ProtocolError);
});
