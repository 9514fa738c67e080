import { isEqual } from "../data/equal.ts";
import type { ListNode } from "../data/list-node.ts";
import type { Node } from "../data/node.ts";
import { matchItems } from "./match-items.ts";
import { PatchKind, type IndexedPatch, type ListPatch, type Patch, type Segment } from "./patch.ts";
import { isBetter } from "./weigh.ts";

/**
 * The change between two lists of which nothing is known: what is equal at the start and at the end stays; of what lies
 * between, items that the old list has too become ranges of it, in any order, and are patched where they differ.
 */
export function diffItems(
  listBefore: ListNode,
  listAfter: ListNode,
  diff: (before: Node, after: Node) => Patch | undefined,
): Patch | undefined {
  const before = listBefore.toArray();
  const after = listAfter.toArray();
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && isEqual(before[start], after[start])) start += 1;
  if (start === before.length && start === after.length) return undefined;
  let end = 0;
  while (end < shorter - start && isEqual(before[before.length - 1 - end], after[after.length - 1 - end])) end += 1;
  const sources = matchItems(before.slice(start, before.length - end), after.slice(start, after.length - end));
  const segments = new Segments();
  const patches: IndexedPatch<Node>[] = [];
  segments.copy(0, start);
  for (const [at, source] of sources.entries()) {
    const item = after[start + at];
    if (source < 0) {
      segments.insert(item);
      continue;
    }
    const patch = diff(before[start + source], item);
    if (patch?.[0] === PatchKind.Replace) segments.insert(item);
    else {
      segments.copy(start + source, 1);
      if (patch !== undefined) patches.push([start + at, patch]);
    }
  }
  segments.copy(before.length - end, end);
  if (segments.copied === 0) return [PatchKind.Replace, listAfter];
  const { list } = segments;
  const isWhole = list.length === 1 && list[0]![0] === 0 && list[0]![1] === before.length;
  const shape = isWhole ? 0 : list;
  const patch: ListPatch<Node> = patches.length === 0 ? [PatchKind.List, shape] : [PatchKind.List, shape, patches];
  const inserted = after.length - segments.copied;
  const isMuch = 2 * (list.length + patches.length + inserted) > after.length;
  return isMuch && !isBetter(patch, listBefore, listAfter) ? [PatchKind.Replace, listAfter] : patch;
}

/** Collects the parts of a new list, joining neighbours. */
class Segments {
  readonly list: Segment<Node>[] = [];
  copied = 0;
  #range: [start: number, count: number] | undefined;
  #inserted: Node[] | undefined;

  copy(start: number, count: number): void {
    if (count === 0) return;
    this.copied += count;
    this.#inserted = undefined;
    if (this.#range !== undefined && this.#range[0] + this.#range[1] === start) this.#range[1] += count;
    else this.list.push((this.#range = [start, count]));
  }

  insert(item: Node): void {
    this.#range = undefined;
    if (this.#inserted === undefined) this.list.push([(this.#inserted = [])]);
    this.#inserted.push(item);
  }
}
