import { FrozenDate } from "./frozen-date.ts";
import { ListNode } from "./list-node.ts";
import { MapNode } from "./map-node.ts";
import { isRecordNode, type RecordNode } from "./record-node.ts";
import { SetNode } from "./set-node.ts";

/** A value that is immutable by itself. */
export type Primitive = string | number | boolean | bigint | null | undefined;

/** A committed, immutable value as the server holds it. User code never sees an object of these classes but a Date: it sees views. */
export type Node = Primitive | RecordNode | ListNode | MapNode | SetNode | FrozenDate;

/** Whether an object is a node: known by its class, so that copying in stops at what was committed before. */
export function isNode(value: object): boolean {
  return (
    isRecordNode(value) ||
    value instanceof ListNode ||
    value instanceof FrozenDate ||
    value instanceof MapNode ||
    value instanceof SetNode
  );
}
