import { FrozenDate } from "../data/frozen-date.ts";
import { ListNode } from "../data/list-node.ts";
import { MapNode } from "../data/map-node.ts";
import type { Node } from "../data/node.ts";
import type { RecordNode } from "../data/record-node.ts";
import { SetNode } from "../data/set-node.ts";
import { PatchKind, type Patch } from "../delta/patch.ts";
import { encodeDate, encodeLeaf, Tag, TAG_KEY, tagged, type Encoded, type EncodedPatch } from "./codec.ts";

/** A node as it crosses the wire. Records with nothing but JSON values in them are given as they are. */
export function encodeNode(node: Node): Encoded {
  if (typeof node !== "object" || node === null) return encodeLeaf(node);
  if (node instanceof ListNode) return encodeItems(node.toArray());
  if (node instanceof FrozenDate) return encodeDate(node);
  if (node instanceof MapNode) return tagged(Tag.map, Array.from(node.entries(), encodeItems));
  if (node instanceof SetNode) return tagged(Tag.set, encodeItems([...node.values()]));
  return encodeRecord(node);
}

/** Encodes the items of an array in their places. */
function encodeItems(items: Node[]): Encoded[] {
  const encoded = items as Encoded[];
  for (let index = 0; index < items.length; index += 1) encoded[index] = encodeNode(items[index]);
  return encoded;
}

function encodeRecord(record: RecordNode): Encoded {
  const keys = Object.keys(record);
  if (TAG_KEY in record)
    return tagged(
      Tag.object,
      keys.map((key) => [key, encodeNode(record[key])]),
    );
  let encoded: Record<string, Encoded> | undefined;
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at]!;
    const value = record[key];
    const inner = typeof value === "string" ? value : encodeNode(value);
    if (encoded === undefined) {
      if (inner === value) continue;
      encoded = {};
      for (const same of keys.slice(0, at)) encoded[same] = record[same] as Encoded;
    }
    encoded[key] = inner;
  }
  return encoded ?? (record as Encoded);
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
