import { FrozenDate } from "./frozen-date.ts";
import { ListNode } from "./list-node.ts";
import { MapNode } from "./map-node.ts";
import type { Node } from "./node.ts";
import { isRecordNode, type RecordNode } from "./record-node.ts";
import { SetNode } from "./set-node.ts";

/**
 * Whether two nodes hold the same value, however deep: 0 is not -0, NaN is NaN, and the order of Maps and Sets counts,
 * that of an object's keys does not.
 */
export function isEqual(a: Node, b: Node): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return false;
  if (isRecordNode(a)) return isRecordNode(b) && areEqualRecords(a, b);
  if (a instanceof ListNode) return b instanceof ListNode && a.length === b.length && areEqual(a, b);
  if (a instanceof FrozenDate) return b instanceof FrozenDate && Object.is(a.getTime(), b.getTime());
  if (a instanceof MapNode) {
    return (
      b instanceof MapNode && a.size === b.size && areEqual(a.keys(), b.keys()) && areEqual(valuesOf(a), valuesOf(b))
    );
  }
  return a instanceof SetNode && b instanceof SetNode && a.size === b.size && areEqual(a.values(), b.values());
}

function areEqualRecords(a: RecordNode, b: RecordNode): boolean {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) if (!(key in b) || !isEqual(a[key], b[key])) return false;
  return true;
}

function areEqual(a: Iterable<Node>, b: Iterable<Node>): boolean {
  const others = b[Symbol.iterator]();
  for (const item of a) if (!isEqual(item, others.next().value as Node)) return false;
  return true;
}

function* valuesOf(map: MapNode): IterableIterator<Node> {
  for (const [, value] of map.entries()) yield value;
}
