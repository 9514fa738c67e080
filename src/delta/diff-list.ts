import { CHUNK_SIZE, type ListNode } from "../data/list-node.ts";
import type { Node } from "../data/node.ts";
import { isRecordNode } from "../data/record-node.ts";
import { PatchKind, type Patch, type Segment } from "./patch.ts";

/** Compares two items. */
type Diff = (before: Node, after: Node) => Patch | undefined;

type IndexedPatch = readonly [index: number, patch: Patch];

/** The change of a list: chunk by chunk where both are versions of one lineage, else item by item. `diff` compares items. */
export function diffList(before: ListNode, after: ListNode, diff: Diff): Patch | undefined {
  if (before.length === 0 || after.length === 0)
    return before.length === after.length ? undefined : [PatchKind.Replace, after];
  return before.lineage === after.lineage
    ? diffVersions(before, after, diff)
    : diffItems(before.toArray(), after.toArray(), after, diff);
}

/** Two versions of one lineage: the same absolute position is the same item, unless it was written. */
function diffVersions(before: ListNode, after: ListNode, diff: Diff): Patch | undefined {
  const start = Math.max(before.start, after.start);
  const end = Math.min(before.start + before.length, after.start + after.length);
  if (start >= end) return [PatchKind.Replace, after];
  const patches: IndexedPatch[] = [];
  for (let chunk = Math.floor(start / CHUNK_SIZE); chunk * CHUNK_SIZE < end; chunk += 1) {
    const old = before.chunks[chunk - before.firstChunk]!;
    const now = after.chunks[chunk - after.firstChunk]!;
    if (old === now) continue;
    const first = chunk * CHUNK_SIZE;
    const to = Math.min(end - first, CHUNK_SIZE);
    for (let offset = Math.max(0, start - first); offset < to; offset += 1) {
      if (old[offset] === now[offset] && old[offset] !== 0) continue;
      const patch = diff(old[offset], now[offset]);
      if (patch !== undefined) patches.push([first + offset - after.start, patch]);
    }
  }
  const isShape = before.start !== after.start || before.length !== after.length;
  if (!isShape && patches.length === 0) return undefined;
  if (patches.length * 2 > after.length && patches.every(([, patch]) => patch[0] === PatchKind.Replace))
    return [PatchKind.Replace, after];
  const segments: Segment<Node>[] = [];
  if (after.start < start) segments.push([items(after, 0, start - after.start)]);
  segments.push([start - before.start, end - start]);
  if (end < after.start + after.length) segments.push([items(after, end - after.start, after.length)]);
  return listPatch(isShape ? segments : 0, patches);
}

function items(list: ListNode, from: number, to: number): Node[] {
  const taken: Node[] = [];
  for (let index = from; index < to; index += 1) taken.push(list.get(index));
  return taken;
}

function listPatch(segments: readonly Segment<Node>[] | 0, patches: readonly IndexedPatch[]): Patch {
  return patches.length === 0 ? [PatchKind.List, segments] : [PatchKind.List, segments, patches];
}

/**
 * Two lists with nothing known between them: what is equal at the start and at the end stays; what lies between is matched by identity (and
 * primitive value), then by a unique `id` or `key`, into ranges of the old list in any order; where as many old as new items are left over between two
 * matches, they are patched in place.
 */
function diffItems(before: readonly Node[], after: readonly Node[], whole: ListNode, diff: Diff): Patch | undefined {
  const limit = Math.min(before.length, after.length);
  let start = 0;
  while (start < limit && isSameItem(before[start], after[start], diff)) start += 1;
  let end = 0;
  while (end < limit - start && isSameItem(before[before.length - 1 - end], after[after.length - 1 - end], diff))
    end += 1;
  if (start === before.length && start === after.length) return undefined;
  const sources = matchItems(before, after, start, end);
  pairLeftovers(sources, before, after, start, end);
  const segments = new Segments();
  const patches: IndexedPatch[] = [];
  if (start > 0) segments.copy(0, start);
  for (let index = start; index < after.length - end; index += 1) {
    const source = sources[index - start]!;
    if (source < 0) {
      segments.insert(after[index]);
      continue;
    }
    const patch = diff(before[source], after[index]);
    if (patch?.[0] === PatchKind.Replace) {
      segments.insert(after[index]);
      continue;
    }
    segments.copy(source, 1);
    if (patch !== undefined) patches.push([index, patch]);
  }
  if (end > 0) segments.copy(before.length - end, end);
  if (segments.copied === 0 || (segments.list.length > 8 && segments.list.length * 2 > after.length))
    return [PatchKind.Replace, whole];
  const isIdentity =
    segments.list.length === 1 &&
    segments.list[0]!.length === 2 &&
    segments.list[0]![0] === 0 &&
    segments.list[0]![1] === before.length;
  return listPatch(isIdentity ? 0 : segments.list, patches);
}

function isSameItem(before: Node, after: Node, diff: Diff): boolean {
  return (
    Object.is(before, after) ||
    (typeof before === "object" && typeof after === "object" && diff(before, after) === undefined)
  );
}

/** For each new item between the common ends, the index of the old one that it is, or -1. Each old item is used once. */
function matchItems(before: readonly Node[], after: readonly Node[], start: number, end: number): number[] {
  const byIdentity = new Map<Node, number[]>();
  const byKey = new Map<unknown, number>();
  const repeated = new Set<unknown>();
  for (let index = before.length - end - 1; index >= start; index -= 1) {
    const item = before[index];
    const known = byIdentity.get(item);
    if (known === undefined) byIdentity.set(item, [index]);
    else known.push(index);
    const key = keyOf(item);
    if (key === undefined) continue;
    if (byKey.has(key)) repeated.add(key);
    byKey.set(key, index);
  }
  const used = new Set<number>();
  const sources: number[] = [];
  for (let index = start; index < after.length - end; index += 1) {
    const candidates = byIdentity.get(after[index]);
    const source = candidates?.pop();
    // A Map takes 0 for -0: only Object.is tells.
    const isSame = source !== undefined && Object.is(before[source], after[index]);
    if (isSame) used.add(source);
    sources.push(isSame ? source : -1);
  }
  for (let index = start; index < after.length - end; index += 1) {
    if (sources[index - start]! >= 0) continue;
    const key = keyOf(after[index]);
    const source = key === undefined || repeated.has(key) ? undefined : byKey.get(key);
    if (source === undefined || used.has(source)) continue;
    used.add(source);
    sources[index - start] = source;
  }
  return sources;
}

/** What tells a record from others, if it has such a field. */
function keyOf(item: Node): unknown {
  if (typeof item !== "object" || item === null || !isRecordNode(item)) return undefined;
  const key = item["id"] ?? item["key"];
  return typeof key === "string" || typeof key === "number" || typeof key === "bigint" ? key : undefined;
}

/** Where as many new items as old ones are without a match between two matches, they take each other's place. */
function pairLeftovers(
  sources: number[],
  before: readonly Node[],
  after: readonly Node[],
  start: number,
  end: number,
): void {
  const used = new Set(sources);
  let previous = start - 1;
  for (let at = 0; at < sources.length; at += 1) {
    if (sources[at]! >= 0) {
      previous = sources[at]!;
      continue;
    }
    let to = at;
    while (to < sources.length && sources[to]! < 0) to += 1;
    const next = to < sources.length ? sources[to]! : before.length - end;
    const isFree = next - previous - 1 === to - at && rangeIsFree(used, previous + 1, next);
    for (let offset = 0; isFree && at + offset < to; offset += 1) {
      const old = before[previous + 1 + offset];
      const now = after[start + at + offset];
      if (typeof old === "object" && old !== null && typeof now === "object" && now !== null)
        sources[at + offset] = previous + 1 + offset;
    }
    previous = next - 1;
    at = to - 1;
  }
}

function rangeIsFree(used: ReadonlySet<number>, from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) if (used.has(index)) return false;
  return true;
}

/** Collects the parts of a new list, joining neighbours. */
class Segments {
  readonly list: Segment<Node>[] = [];
  copied = 0;
  #run: [number, number] | undefined;
  #inserted: Node[] | undefined;

  copy(start: number, count: number): void {
    this.copied += count;
    this.#inserted = undefined;
    if (this.#run !== undefined && this.#run[0] + this.#run[1] === start) {
      this.#run[1] += count;
      return;
    }
    this.#run = [start, count];
    this.list.push(this.#run);
  }

  insert(item: Node): void {
    this.#run = undefined;
    if (this.#inserted === undefined) this.list.push([(this.#inserted = [])]);
    this.#inserted.push(item);
  }
}
