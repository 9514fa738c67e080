import { FrozenDate } from "../data/frozen-date.ts";
import { ListNode } from "../data/list-node.ts";
import { MapNode } from "../data/map-node.ts";
import type { Node } from "../data/node.ts";
import { SetNode } from "../data/set-node.ts";
import { PatchKind, type Patch } from "../delta/patch.ts";
import { encodeNumber, Tag, TAG_KEY, tagged, type Encoded, type EncodedPatch } from "./codec.ts";

/** A node as it crosses the wire. */
export function encodeNode(node: Node): Encoded {
  switch (typeof node) {
    case "string":
    case "boolean":
      return node;
    case "number":
      return encodeNumber(node);
    case "undefined":
      return tagged(Tag.undefined);
    case "bigint":
      return tagged(Tag.bigint, String(node));
  }
  if (node === null) return null;
  if (node instanceof ListNode) return node.toArray().map(encodeNode);
  if (node instanceof FrozenDate) return tagged(Tag.date, Number.isNaN(node.getTime()) ? null : node.getTime());
  if (node instanceof MapNode)
    return tagged(
      Tag.map,
      Array.from(node.entries(), ([key, value]) => [encodeNode(key), encodeNode(value)]),
    );
  if (node instanceof SetNode) return tagged(Tag.set, Array.from(node.values(), encodeNode));
  const record = node as Readonly<Record<string, Node>>;
  if (Object.hasOwn(record, TAG_KEY))
    return tagged(
      Tag.object,
      Object.keys(record).map((key) => [key, encodeNode(record[key])]),
    );
  const encoded: Record<string, Encoded> = {};
  for (const key of Object.keys(record)) {
    const value = record[key];
    encoded[key] = typeof value === "string" ? value : encodeNode(value);
  }
  return encoded;
}

/** A patch of nodes as it crosses the wire. */
export function encodePatch(patch: Patch): EncodedPatch {
  switch (patch[0]) {
    case PatchKind.Replace:
      return [patch[0], encodeNode(patch[1])];
    case PatchKind.Record: {
      const changed: Record<string, EncodedPatch> = {};
      for (const key of Object.keys(patch[1])) changed[key] = encodePatch(patch[1][key]!);
      return patch[2] === undefined ? [patch[0], changed] : [patch[0], changed, patch[2]];
    }
    case PatchKind.List: {
      const segments =
        patch[1] === 0 ? 0 : patch[1].map((segment) => (segment.length === 1 ? [segment[0].map(encodeNode)] : segment));
      return patch[2] === undefined
        ? [patch[0], segments]
        : [patch[0], segments, patch[2].map(([index, inner]) => [index, encodePatch(inner)])];
    }
    case PatchKind.Map:
      return [
        patch[0],
        patch[1].map(([key, value]) => [encodeNode(key), encodeNode(value)]),
        patch[2].map(encodeNode),
        patch[3].map(([key, inner]) => [encodeNode(key), encodePatch(inner)]),
      ];
    case PatchKind.Set:
      return [patch[0], patch[1].map(encodeNode), patch[2].map(encodeNode)];
    case PatchKind.Text:
      return patch;
  }
}
