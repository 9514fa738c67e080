import { CHUNK_SIZE, type ListNode } from "../data/list-node.ts";
import type { Node } from "../data/node.ts";
import { diffItems } from "./diff-items.ts";
import { PatchKind, type IndexedPatch, type ListPatch, type Patch, type Segment } from "./patch.ts";
import { isBetter } from "./weigh.ts";

/**
 * The change of a list: chunk by chunk where both are versions of one lineage, else item by item. `diff` compares
 * items.
 */
export function diffList(
  before: ListNode,
  after: ListNode,
  diff: (before: Node, after: Node) => Patch | undefined,
): Patch | undefined {
  if (before.length === 0 || after.length === 0)
    return before.length === after.length ? undefined : [PatchKind.Replace, after];
  if (before.lineage !== after.lineage) return diffItems(before, after, diff);
  const start = Math.max(before.start, after.start);
  const end = Math.min(before.start + before.length, after.start + after.length);
  if (start >= end) return diffItems(before, after, diff);
  const places = changedPlaces(before, after, start, end);
  const gone = [...slice(before, before.start, start), ...slice(before, end, before.start + before.length)];
  const inFront = slice(after, after.start, start);
  const behind = slice(after, end, after.start + after.length);
  if (haveMoved(gone, places, [...inFront, ...behind])) return diffItems(before, after, diff);
  const patches: IndexedPatch<Node>[] = [];
  for (const { position, old, now } of places) {
    const patch = diff(old, now);
    if (patch !== undefined) patches.push([position - after.start, patch]);
  }
  const isReshaped = before.start !== after.start || before.length !== after.length;
  if (!isReshaped && patches.length === 0) return undefined;
  const segments: Segment<Node>[] = [[start - before.start, end - start]];
  if (inFront.length > 0) segments.unshift([inFront]);
  if (behind.length > 0) segments.push([behind]);
  const shape = isReshaped ? segments : 0;
  const patch: ListPatch<Node> = patches.length === 0 ? [PatchKind.List, shape] : [PatchKind.List, shape, patches];
  const isMuch = 2 * (patches.length + inFront.length + behind.length) > after.length;
  return isMuch && !isBetter(patch, before, after) ? [PatchKind.Replace, after] : patch;
}

/** The items at the positions from `from` up to `to`. */
function slice(list: ListNode, from: number, to: number): Node[] {
  const items: Node[] = [];
  for (let position = from; position < to; position += 1) items.push(list.get(position - list.start));
  return items;
}

/** A place of both versions that holds another item now. */
interface ChangedPlace {
  readonly position: number;
  readonly old: Node;
  readonly now: Node;
}

/**
 * Where two versions of one lineage differ between two positions that both have: the same position is the same item,
 * unless it was written.
 */
function changedPlaces(before: ListNode, after: ListNode, start: number, end: number): ChangedPlace[] {
  const places: ChangedPlace[] = [];
  for (let chunk = Math.floor(start / CHUNK_SIZE); chunk * CHUNK_SIZE < end; chunk += 1) {
    const old = before.chunks[chunk - before.firstChunk]!;
    const now = after.chunks[chunk - after.firstChunk]!;
    if (old === now) continue;
    const first = chunk * CHUNK_SIZE;
    const to = Math.min(end - first, CHUNK_SIZE);
    for (let offset = Math.max(0, start - first); offset < to; offset += 1) {
      const item = old[offset];
      // Cheaper than Object.is, which is for NaN and -0.
      if (item === now[offset] && item !== 0) continue;
      if (!Object.is(item, now[offset])) places.push({ position: first + offset, old: item, now: now[offset] });
    }
  }
  return places;
}

/**
 * Whether an object has got to another place (swapped, or from one end to the other): patched in place, it would be
 * another one in the page.
 */
function haveMoved(gone: readonly Node[], places: readonly ChangedPlace[], added: readonly Node[]): boolean {
  const old = new Set<Node>();
  for (const item of gone) if (typeof item === "object" && item !== null) old.add(item);
  for (const place of places) if (typeof place.old === "object" && place.old !== null) old.add(place.old);
  return old.size > 0 && (places.some(({ now }) => old.has(now)) || added.some((item) => old.has(item)));
}
