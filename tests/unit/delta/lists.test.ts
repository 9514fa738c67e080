import { describe, expect, it } from "vitest";
import { CHUNK_SIZE, ListNode } from "../../../src/data/list-node.ts";
import type { Node } from "../../../src/data/node.ts";
import { diff } from "../../../src/delta/diff.ts";
import { list, node, update, withField } from "./delta.ts";

interface Row {
  readonly id: number;
  readonly title: string;
}

const row = (id: number): Node => node({ id, title: `Row number ${id}` });
const rows = (count: number): Node[] => Array.from({ length: count }, (_, id) => row(id));

/** The next version of `before`, in its lineage: one item written at each of the positions. */
function written(before: ListNode, items: ReadonlyMap<number, Node>): ListNode {
  const chunks = before.chunks.map((chunk) => chunk.slice());
  for (const [index, item] of items) chunks[Math.floor(index / CHUNK_SIZE)]![index % CHUNK_SIZE] = item;
  return new ListNode(before.start, before.length, before.firstChunk, chunks, before.lineage);
}

describe("of one lineage", () => {
  const before = list(rows(1_000));

  it("two items that were swapped are moved, not patched", () => {
    const after = written(
      before,
      new Map([
        [10, before.get(990)],
        [990, before.get(10)],
      ]),
    );
    const { text, page, next } = update(before, after);
    expect(text).toBe("[2,[[0,10],[990,1],[11,979],[10,1],[991,9]]]");
    expect((next as Row[])[10]).toBe((page as Row[])[990]);
  });

  it("what goes from one end to the other is moved", () => {
    const [first, ...others] = before.toArray();
    const chunks = before.chunks.map((chunk) => chunk.slice());
    chunks[3]!.push(first);
    const rotated = new ListNode(1, 1_000, 0, chunks, before.lineage);
    expect(rotated.toArray()).toEqual([...others, first]);
    expect(update(before, rotated).text).toBe("[2,[[1,999],[0,1]]]");
  });

  it("writing what was there is no difference", () => {
    expect(diff(before, written(before, new Map([[5, row(5)]])))).toBeUndefined();
  });

  it("one that was written all over becomes whole", () => {
    const numbers = list(Array.from({ length: 600 }, (_, at) => at));
    const after = written(numbers, new Map(Array.from({ length: 600 }, (_, at) => [at, -at - 1] as const)));
    expect(diff(numbers, after)).toEqual([0, after]);
  });

  it("tells 0 from -0", () => {
    const zeros = list([0, 0, 0]);
    expect(update(zeros, written(zeros, new Map([[1, -0]]))).text).toBe('[2,0,[[1,[0,{"$":["n","-0"]}]]]]');
  });
});

describe("of which nothing is known", () => {
  const items = rows(1_000);
  const before = list(items);

  it("an equal one, made anew, is no difference", () => {
    expect(diff(before, list(rows(1_000)))).toBeUndefined();
    expect(diff(list([[1, [2]], new Date(1)]), list([[1, [2]], new Date(1)]))).toBeUndefined();
  });

  it("one item changed by map is one patch, whether the others are known or made anew", () => {
    const mapped = list(items.map((item, at) => (at === 3 ? withField(item, "title", "x") : item)));
    expect(update(before, mapped).text).toBe('[2,0,[[3,[1,{"title":[0,"x"]}]]]]');
    const anew = list(rows(1_000).map((item, at) => (at === 3 ? withField(item, "title", "x") : item)));
    expect(update(before, anew).text).toBe('[2,0,[[3,[1,{"title":[0,"x"]}]]]]');
  });

  it("insertion, removal and filter are ranges", () => {
    const inserted = list([...items.slice(0, 500), row(-1), ...items.slice(500)]);
    expect(update(before, inserted).text).toBe('[2,[[0,500],[[{"id":-1,"title":"Row number -1"}]],[500,500]]]');
    expect(update(before, list(items.filter((_, at) => at !== 7 && at !== 70))).text).toBe(
      "[2,[[0,7],[8,62],[71,929]]]",
    );
  });

  it("moved and sorted rows keep their identity in the page, in less than they weigh", () => {
    const { text, page, next } = update(before, list(items.toReversed()));
    expect((next as Row[]).map(({ id }) => id)).toEqual(Array.from({ length: 1_000 }, (_, at) => 999 - at));
    for (let at = 0; at < 1_000; at += 1) expect((next as Row[])[at]).toBe((page as Row[])[999 - at]);
    expect(text.length).toBeLessThan(10_000);
  });

  it("rows made anew are known by a unique id or key, wherever they are", () => {
    const fresh = rows(1_000).toReversed();
    fresh[4] = withField(fresh[4], "title", "x");
    const { text, page, next } = update(before, list(fresh));
    expect((next as Row[])[0]).toBe((page as Row[])[999]);
    expect(text).toContain('[[4,[1,{"title":[0,"x"]}]]]');
  });

  it("an id that two have tells nothing", () => {
    const twins = list([node({ id: 1, a: 1 }), node({ id: 1, a: 2 }), node({ id: 2, a: 3 })]);
    const after = list([node({ id: 2, a: 3 }), node({ id: 1, a: 2 }), node({ id: 1, a: 9 })]);
    expect(update(twins, after).next).toEqual([
      { id: 2, a: 3 },
      { id: 1, a: 2 },
      { id: 1, a: 9 },
    ]);
  });

  it("rows without identity take each other's place between what is known", () => {
    const cells = ["a", "b", "c", "d"].map((name) => node([name.repeat(30), 1]));
    const after = list([cells[0], node(["b".repeat(30), 20]), cells[2], cells[3]]);
    expect(update(list(cells), after).text).toBe("[2,0,[[1,[2,[[0,1],[[20]]]]]]]");
  });

  it("a long text in a list is patched, a short one replaced", () => {
    const text = "word ".repeat(100);
    expect(update(list([1, text, "short"]), list([1, `${text}!`, "shorter"])).text).toBe(
      '[2,[[0,2],[["shorter"]]],[[1,[5,500,"!"]]]]',
    );
  });

  it("numbers that all differ become whole", () => {
    const numbers = Array.from({ length: 500 }, (_, at) => at);
    const after = list(numbers.map((at) => at + 0.5));
    expect(diff(list(numbers), after)).toEqual([0, after]);
  });

  it("equal primitives are each used once", () => {
    const { next } = update(list(["a", "a", "b", "a"]), list(["b", "a", "a", "c", "a", "a"]));
    expect(next).toEqual(["b", "a", "a", "c", "a", "a"]);
  });

  it("objects that stay are kept, however small they are", () => {
    const { text, page, next } = update(list([{}, 1, 2, 3, 4]), list([{}, 5, 6, 7, 8]));
    expect(text).toBe("[2,[[0,1],[[5,6,7,8]]]]");
    expect((next as unknown[])[0]).toBe((page as unknown[])[0]);
    const deep = update(node([[{}, 1, 2], 3]), node([[{}, 4, 5], 6]));
    expect((deep.next as [[unknown]])[0][0]).toBe((deep.page as [[unknown]])[0][0]);
  });

  it("an empty one is whole, and two empty ones are equal", () => {
    expect(update(list([]), list([1])).text).toBe("[0,[1]]");
    expect(update(list([1]), list([])).text).toBe("[0,[]]");
    expect(diff(list([]), list([]))).toBeUndefined();
  });
});

describe("costs", () => {
  // Generous bounds: quadratic or exponential work would take minutes.
  it("a shuffle of 100,000 takes linear time", () => {
    const items = Array.from({ length: 100_000 }, (_, id) => node({ id }));
    const shuffled = items.map((item, at) => [(at * 7_919) % 100_003, item] as const).toSorted(([a], [b]) => a - b);
    expect(diff(list(items), list(shuffled.map(([, item]) => item)))).toBeDefined();
  }, 20_000);

  it("lists nested in lists are not compared again at each level", () => {
    const nested = (leaf: number): Node => {
      let value: unknown = leaf;
      for (let level = 0; level < 60; level += 1) value = ["left", value, "right"];
      return node(value);
    };
    const { text, next } = update(nested(1), nested(2));
    expect(text.length).toBeLessThan(1_200);
    expect(JSON.stringify(next)).toContain('["left",2,"right"]');
  });
});
