import { expect, it } from "vitest";
import { CHUNK_SIZE, ListNode, nextLineage } from "../../../src/data/list-node.ts";

const counted = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

it.each([0, 1, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 3 * CHUNK_SIZE])("holds %i items in chunks", (count) => {
  const list = ListNode.of(counted(count));
  expect(list.length).toBe(count);
  expect(list.toArray()).toEqual(counted(count));
  expect([...list]).toEqual(counted(count));
  expect(list.chunks.length).toBe(Math.ceil(count / CHUNK_SIZE));
  for (const index of [0, count >> 1, count - 1]) if (count > 0) expect(list.get(index)).toBe(index);
});

it("items may stand before position 0, behind places that are not used", () => {
  const first = new Array<number | undefined>(CHUNK_SIZE).fill(undefined);
  first[CHUNK_SIZE - 2] = 1;
  first[CHUNK_SIZE - 1] = 2;
  const list = new ListNode(-2, 4, -1, [first, [3, 4]], nextLineage());
  expect(list.toArray()).toEqual([1, 2, 3, 4]);
  expect([0, 1, 2, 3].map((index) => list.get(index))).toEqual([1, 2, 3, 4]);
});

it("lists made anew have lineages of their own", () => {
  expect(ListNode.of([1]).lineage).not.toBe(ListNode.of([1]).lineage);
});
