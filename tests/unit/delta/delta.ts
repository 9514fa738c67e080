import { copyIn } from "../../../src/data/copy-in.ts";
import { ListNode } from "../../../src/data/list-node.ts";
import type { Node } from "../../../src/data/node.ts";
import { createRecord, sealRecord } from "../../../src/data/record-node.ts";
import { apply } from "../../../src/delta/apply.ts";
import { diff } from "../../../src/delta/diff.ts";
import { decodeFrozen, decodePatch } from "../../../src/wire/decode.ts";
import { encodeNode, encodePatch } from "../../../src/wire/encode-node.ts";

export const overTheWire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** A value as a node. */
export const node = (value: unknown): Node => copyIn(value, "value");

/** An array as a list of a new lineage; items that are nodes stay the same ones. */
export const list = (items: Iterable<unknown>): ListNode => ListNode.of(Array.from(items, node));

/** A node as the page holds it. */
export const inPage = (value: Node): unknown => decodeFrozen(overTheWire(encodeNode(value)));

/** The record with one field changed. */
export function withField(record: Node, key: string, value: unknown): Node {
  const next = createRecord();
  for (const name of Object.keys(record as object)) next[name] = (record as Readonly<Record<string, Node>>)[name];
  next[key] = node(value);
  return sealRecord(next);
}

/** One update of a page: the patch as text, and what the page has before and after it. */
export function update(before: Node, after: Node): { text: string; page: unknown; next: unknown } {
  const patch = diff(before, after);
  const page = inPage(before);
  if (patch === undefined) return { text: "", page, next: page };
  const text = JSON.stringify(encodePatch(patch));
  return { text, page, next: apply(page, decodePatch(JSON.parse(text) as unknown[])) };
}
