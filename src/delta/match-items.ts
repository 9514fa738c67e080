import type { Node } from "../data/node.ts";
import { isRecordNode } from "../data/record-node.ts";

/** No item of the old list. */
const NONE = -1;

/**
 * For each new item the index of the old one that it comes from, or -1; each old one is used once. Matched by identity
 * (primitives by value), then records by a unique `id` or `key`; where between two matches as many new as old items are
 * left, they take each other's place. Takes linear time.
 */
export function matchItems(before: readonly Node[], after: readonly Node[]): Int32Array {
  const sources = new Int32Array(after.length).fill(NONE);
  if (before.length === 0 || after.length === 0) return sources;
  const isUsed = new Uint8Array(before.length);
  if (matchByIdentity(before, after, sources, isUsed) === after.length) return sources;
  matchByKey(before, after, sources, isUsed);
  matchByPlace(before, after, sources, isUsed);
  return sources;
}

/** Gives how many were matched. */
function matchByIdentity(
  before: readonly Node[],
  after: readonly Node[],
  sources: Int32Array,
  isUsed: Uint8Array,
): number {
  // The first index of each item; further ones of the same item are chained, in order.
  const first = new Map<Node, number>();
  const next = new Int32Array(before.length);
  for (let index = before.length - 1; index >= 0; index -= 1) {
    next[index] = first.get(before[index]) ?? NONE;
    first.set(before[index], index);
  }
  let matched = 0;
  for (let at = 0; at < after.length; at += 1) {
    const source = first.get(after[at]) ?? NONE;
    // A Map takes -0 for 0: only Object.is tells.
    if (source === NONE || !Object.is(before[source], after[at])) continue;
    first.set(after[at], next[source]!);
    sources[at] = source;
    isUsed[source] = 1;
    matched += 1;
  }
  return matched;
}

function matchByKey(before: readonly Node[], after: readonly Node[], sources: Int32Array, isUsed: Uint8Array): void {
  const byKey = new Map<Node, number>();
  for (let index = 0; index < before.length; index += 1) {
    const key = keyOf(before[index]);
    // A key that two have tells nothing.
    if (key !== undefined) byKey.set(key, byKey.has(key) ? NONE : index);
  }
  if (byKey.size === 0) return;
  for (let at = 0; at < after.length; at += 1) {
    if (sources[at] !== NONE) continue;
    const key = keyOf(after[at]);
    const source = key === undefined ? NONE : (byKey.get(key) ?? NONE);
    if (source === NONE || isUsed[source] === 1) continue;
    sources[at] = source;
    isUsed[source] = 1;
  }
}

/** What tells a record from others, if it has such a field. */
function keyOf(item: Node): Node {
  if (typeof item !== "object" || item === null || !isRecordNode(item)) return undefined;
  const key = item["id"] ?? item["key"];
  return typeof key === "string" || typeof key === "number" || typeof key === "bigint" ? key : undefined;
}

function matchByPlace(before: readonly Node[], after: readonly Node[], sources: Int32Array, isUsed: Uint8Array): void {
  let previous = NONE;
  for (let at = 0; at < after.length; at += 1) {
    if (sources[at] !== NONE) {
      previous = sources[at]!;
      continue;
    }
    let to = at + 1;
    while (to < after.length && sources[to] === NONE) to += 1;
    const next = to < after.length ? sources[to]! : before.length;
    const isGap = next - previous - 1 === to - at && !isUsed.subarray(previous + 1, next).includes(1);
    for (let offset = 0; isGap && offset < to - at; offset += 1) {
      if (canPatch(before[previous + 1 + offset], after[at + offset])) sources[at + offset] = previous + 1 + offset;
    }
    at = to - 1;
    previous = next - 1;
  }
}

/** Whether one may be made of the other by less than a replacement: numbers and the like never. */
function canPatch(before: Node, after: Node): boolean {
  return typeof before === typeof after && (typeof after === "string" || typeof after === "object");
}
