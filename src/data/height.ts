import { StateSerializationError } from "../base/errors.ts";
import { ListNode } from "./list-node.ts";
import { MapNode } from "./map-node.ts";
import { MAX_DEPTH } from "./max-depth.ts";
import type { Node, Primitive } from "./node.ts";
import { isRecordNode, type RecordNode } from "./record-node.ts";
import { SetNode } from "./set-node.ts";

/** Known heights of all but flat records, which are counted faster than they are looked up. */
const heights = new WeakMap<object, number>();

/**
 * How many levels a node has: none for a primitive, one for an object that holds nothing but primitives. Takes time
 * only for what was not asked for before.
 */
export function heightOf(node: Node): number {
  if (typeof node !== "object" || node === null) return 0;
  if (isRecordNode(node)) {
    if (isFlat(node)) return 1;
  } else if (node instanceof Date) return 1;
  let height = heights.get(node);
  if (height === undefined) heights.set(node, (height = 1 + innerHeight(node)));
  return height;
}

function isFlat(record: RecordNode): boolean {
  // Records inherit nothing.
  for (const key in record) {
    const value = record[key];
    if (typeof value === "object" && value !== null) return false;
  }
  return true;
}

function innerHeight(node: Exclude<Node, Primitive | Date>): number {
  let inner = 0;
  if (node instanceof ListNode) for (const item of node) inner = Math.max(inner, heightOf(item));
  else if (node instanceof MapNode)
    for (const [key, value] of node.entries()) inner = Math.max(inner, heightOf(key), heightOf(value));
  else if (node instanceof SetNode) for (const member of node.values()) inner = Math.max(inner, heightOf(member));
  else for (const key of Object.keys(node)) inner = Math.max(inner, heightOf(node[key]));
  return inner;
}

/** The error for a value that has, with what it is in, more than `MAX_DEPTH` levels. */
export function tooDeepError(path: string): StateSerializationError {
  return new StateSerializationError(
    path.length > 120 ? `${path.slice(0, 120)}...` : path,
    `is nested more than ${MAX_DEPTH} levels deep. Keep a long chain as a list, and refer by ids.`,
  );
}
