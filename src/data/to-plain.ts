import { ListNode } from "./list-node.ts";
import { MapNode } from "./map-node.ts";
import type { Node } from "./node.ts";
import { SetNode } from "./set-node.ts";

/** A mutable copy of a node as ordinary JavaScript values. */
export function toPlain(node: Node): unknown {
  if (typeof node !== "object" || node === null) return node;
  if (node instanceof Date) return new Date(node.getTime());
  if (node instanceof ListNode) return node.toArray().map(toPlain);
  if (node instanceof MapNode)
    return new Map([...node.entries()].map(([key, value]) => [toPlain(key), toPlain(value)]));
  if (node instanceof SetNode) return new Set([...node.values()].map(toPlain));
  const plain: Record<string, unknown> = {};
  for (const key of Object.keys(node)) plain[key] = toPlain((node as Record<string, Node>)[key]);
  return plain;
}
