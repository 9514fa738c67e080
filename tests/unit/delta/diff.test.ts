import { describe, expect, it } from "vitest";
import { REMOVED } from "../../../src/data/entries.ts";
import { MapNode } from "../../../src/data/map-node.ts";
import { SetNode } from "../../../src/data/set-node.ts";
import type { Node } from "../../../src/data/node.ts";
import { diff } from "../../../src/delta/diff.ts";
import { node, update, withField } from "./delta.ts";

const change = (before: unknown, after: unknown): string => update(node(before), node(after)).text;

describe("values", () => {
  it.each<[before: unknown, after: unknown, text: string]>([
    [1, 1, ""],
    [1, 2, "[0,2]"],
    [0, -0, '[0,{"$":["n","-0"]}]'],
    [NaN, NaN, ""],
    [null, undefined, '[0,{"$":["u"]}]'],
    [1n, 1n, ""],
    [1n, 2n, '[0,{"$":["b","2"]}]'],
    [new Date(1), new Date(1), ""],
    [new Date(1), new Date(NaN), '[0,{"$":["d",null]}]'],
    [{}, [], "[0,[]]"],
    [[], new Map(), '[0,{"$":["m",[]]}]'],
    [new Map(), new Set(), '[0,{"$":["s",[]]}]'],
    [null, {}, "[0,{}]"],
    [{}, null, "[0,null]"],
  ])("%o to %o is %s", (before, after, text) => {
    expect(change(before, after)).toBe(text);
  });
});

describe("records", () => {
  it("carry the fields that changed", () => {
    expect(change({ a: 1, b: { c: 1, d: 2 } }, { a: 1, b: { c: 1, d: 3 } })).toBe('[1,{"b":[1,{"d":[0,3]}]}]');
    expect(change({ a: 1, b: 2 }, { a: 1, c: 3 })).toBe('[1,{"c":[0,3]},["b"]]');
    expect(change({ a: 1 }, { a: 1, b: undefined })).toBe('[1,{"b":[0,{"$":["u"]}]}]');
    expect(change({ a: 1, b: undefined }, { a: 1 })).toBe('[1,{},["b"]]');
    expect(change({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe("");
  });

  it("become whole where nothing is kept", () => {
    expect(change({ a: 1, b: 2 }, { a: 3, b: 4 })).toBe('[0,{"a":3,"b":4}]');
    expect(change({ a: 1 }, { b: 1 })).toBe('[0,{"b":1}]');
    expect(change(Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`k${at}`, at])), { k1: 1 })).toBe(
      '[0,{"k1":1}]',
    );
  });

  it("know keys that other objects inherit", () => {
    const { next } = update(node({ a: 1 }), node({ a: 1, constructor: { x: 1 }, toString: "t", $: 1 }));
    expect(next).toEqual({ a: 1, constructor: { x: 1 }, toString: "t", $: 1 });
  });

  it("what did not change keeps its identity", () => {
    const { page, next } = update(
      node({ same: { deep: [1] }, other: { a: 1 } }),
      node({ same: { deep: [1] }, other: { a: 2 } }),
    );
    expect((next as { same: unknown }).same).toBe((page as { same: unknown }).same);
    expect(Object.isFrozen(next)).toBe(true);
  });
});

describe("Maps", () => {
  const entries = MapNode.of(
    Array.from({ length: 10_000 }, (_, at): [Node, Node] => [`key ${at}`, node({ at, done: false })]),
  );

  it("carry the entry that changed, of versions and of Maps made anew", () => {
    const text = '[3,[],[],[["key 77",[1,{"done":[0,true]}]]]]';
    const changed = withField(entries.get("key 77"), "done", true);
    expect(update(entries, entries.with([["key 77", changed]])).text).toBe(text);
    const anew = MapNode.of([...entries.entries()].map(([key, value]) => [key, key === "key 77" ? changed : value]));
    expect(update(entries, anew).text).toBe(text);
  });

  it("carry what came and went, in order", () => {
    expect(
      update(
        entries,
        entries.with([
          ["key 5", REMOVED],
          ["new", 1],
          ["key 6", 2],
        ]),
      ).text,
    ).toBe('[3,[["key 6",2],["new",1]],["key 5"],[]]');
  });

  it("carry a key that went and came back as removed and added", () => {
    expect(
      update(
        entries,
        entries.with([
          ["key 5", REMOVED],
          ["key 5", 1],
        ]),
      ).text,
    ).toBe('[3,[["key 5",1]],["key 5"],[]]');
  });

  it("go back to an earlier version", () => {
    const later = entries.with([
      ["key 5", REMOVED],
      ["new", 1],
    ]);
    const { next } = update(later, entries);
    expect([...(next as Map<unknown, unknown>).keys()]).toEqual([...entries.keys()]);
  });

  it("go from a version that was given up to another", () => {
    const [one, other] = [
      entries.with([
        ["x", 1],
        ["y", 2],
      ]),
      entries.with([
        ["y", 3],
        ["x", 4],
      ]),
    ];
    expect([...(update(one, other).next as Map<unknown, unknown>)].slice(-2)).toEqual([
      ["y", 3],
      ["x", 4],
    ]);
  });

  it("go over a clearing of holes", () => {
    let queue = MapNode.of([
      [0, 0],
      [1, 1],
    ]);
    for (let at = 2; at < 200; at += 1) {
      const next = queue.with([
        [at - 2, REMOVED],
        [at, at],
      ]);
      const { text, next: page } = update(queue, next);
      expect([...(page as Map<unknown, unknown>).keys()]).toEqual([at - 1, at]);
      expect(text.length).toBeLessThan(40);
      queue = next;
    }
  });

  it("become whole in another order, and where an object is a key that changed", () => {
    expect(
      change(
        new Map([
          ["a", 1],
          ["b", 2],
        ]),
        new Map([
          ["b", 2],
          ["a", 1],
        ]),
      ),
    ).toMatch(/^\[(0|3),/);
    const key = node({ id: 1 });
    const before = MapNode.of([
      [key, 1],
      ["other", 2],
    ]);
    expect(update(before, before.with([[key, 2]])).text).toMatch(/^\[0,/);
    expect(update(before, before.with([["other", 3]])).text).toBe('[3,[["other",3]],[],[]]');
    const added = update(before, before.with([[node({ id: 2 }), 3]]));
    expect(added.text).toBe('[3,[[{"id":2},3]],[],[]]');
    expect([...(added.next as Map<unknown, unknown>)]).toEqual([
      [{ id: 1 }, 1],
      ["other", 2],
      [{ id: 2 }, 3],
    ]);
    expect(change(new Map([[{ a: 1 }, [1]]]), new Map([[{ a: 1 }, [1]]]))).toBe("");
  });

  it("what did not change keeps its identity", () => {
    const { page, next } = update(entries, entries.with([["key 77", 1]]));
    expect((next as Map<unknown, unknown>).get("key 78")).toBe((page as Map<unknown, unknown>).get("key 78"));
  });
});

describe("Sets", () => {
  it("carry what came and went", () => {
    const set = SetNode.of(Array.from({ length: 1_000 }, (_, at) => at));
    expect(
      update(
        set,
        set.with([
          [5, REMOVED],
          [-1, true],
          [7, true],
        ]),
      ).text,
    ).toBe("[4,[-1],[5]]");
    expect(
      update(
        set,
        set.with([
          [5, REMOVED],
          [5, true],
        ]),
      ).text,
    ).toBe("[4,[5],[5]]");
    expect(change(new Set([1, 2]), new Set([1, 2]))).toBe("");
    expect(change(new Set([{ a: 1 }]), new Set([{ a: 1 }]))).toBe("");
    expect([...(update(node(new Set([{ a: 1 }, 2])), node(new Set([2]))).next as Set<unknown>)]).toEqual([2]);
  });
});

describe("texts", () => {
  const text = "The quick brown fox jumps over the lazy dog. ".repeat(20);

  it.each<[what: string, after: string, patch: string]>([
    ["growing", `${text}And on.`, '[5,900,"And on."]'],
    ["growing in front", `So: ${text}`, '[5,0,"So: ",900]'],
    ["a word within", `${text.slice(0, 450)}slow${text.slice(455)}`, '[5,450,"slow",445]'],
    ["shrinking", text.slice(0, 800), '[5,800,""]'],
    ["losing its start", text.slice(100), '[5,0,"",800]'],
  ])("%s carries what is new", (_, after, patch) => {
    const { text: sent, next } = update(text, after);
    expect(sent.length).toBeLessThanOrEqual(patch.length + 4);
    expect(next).toBe(after);
  });

  it("overlapping repetitions and halves of surrogate pairs stay right", () => {
    const face = "\u{1F600}".repeat(30);
    for (const [before, after] of [
      ["a".repeat(50), "a".repeat(49)],
      ["ab".repeat(30), `ab${"ab".repeat(30)}`],
      [face, face.slice(1)],
      [face, `${face.slice(0, 21)}\ud83d${face.slice(22)}`],
      [`${face}\u{1F600}`, `${face}\u{1F601}`],
    ] as const) {
      expect(update(before, after).next).toBe(after);
    }
  });

  it("one that has little in common is whole, and so is a short one", () => {
    expect(update(text, "x".repeat(100)).text).toBe(`[0,"${"x".repeat(100)}"]`);
    expect(update("abc", "abcd").text).toBe('[0,"abcd"]');
    expect(diff("", text)).toEqual([0, text]);
  });
});
