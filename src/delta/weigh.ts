import { ListNode } from "../data/list-node.ts";
import { MapNode } from "../data/map-node.ts";
import type { Node } from "../data/node.ts";
import type { RecordNode } from "../data/record-node.ts";
import { SetNode } from "../data/set-node.ts";
import { PatchKind, type Patch } from "./patch.ts";

/** What a bracket, a kind and its commas take. */
const PATCH = 4;
/** What a pair of brackets with two small numbers takes. */
const RANGE = 9;

/**
 * Whether a patch is to be sent rather than the whole value that it makes: where objects of the old value stay the same
 * ones by it, and otherwise where it is about as small once both are encoded.
 */
export function isBetter(patch: Patch, before: Node, after: Node): boolean {
  return keepsObjects(patch, before) || weighPatch(patch) <= weigh(after);
}

/** About how many units an encoded value has. */
function weigh(node: Node): number {
  if (typeof node === "string") return node.length + 2;
  if (typeof node === "number") return 5;
  if (typeof node !== "object" || node === null) return 5;
  let sum = 2;
  if (node instanceof ListNode) for (const item of node) sum += weigh(item) + 1;
  else if (node instanceof MapNode) for (const [key, value] of node.entries()) sum += weigh(key) + weigh(value) + 4;
  else if (node instanceof SetNode) for (const member of node.values()) sum += weigh(member) + 1;
  else if (node instanceof Date) return 27;
  else
    for (const key of Object.keys(node)) sum += key.length + 4 + weigh((node as Readonly<Record<string, Node>>)[key]);
  return sum;
}

/** About how many units an encoded patch has. */
function weighPatch(patch: Patch): number {
  let sum = PATCH;
  switch (patch[0]) {
    case PatchKind.Replace:
      return sum + weigh(patch[1]);
    case PatchKind.Record:
      for (const key of Object.keys(patch[1])) sum += key.length + 4 + weighPatch(patch[1][key]!);
      for (const key of patch[2] ?? []) sum += key.length + 3;
      return sum;
    case PatchKind.List:
      for (const segment of patch[1] === 0 ? [] : patch[1]) {
        sum +=
          segment.length === 2 ? RANGE : PATCH + segment[0].reduce<number>((inner, item) => inner + weigh(item) + 1, 0);
      }
      for (const [, inner] of patch[2] ?? []) sum += RANGE + weighPatch(inner);
      return sum;
    case PatchKind.Map:
      for (const [key, value] of patch[1]) sum += weigh(key) + weigh(value) + PATCH;
      for (const key of patch[2]) sum += weigh(key) + 1;
      for (const [key, inner] of patch[3]) sum += weigh(key) + weighPatch(inner) + PATCH;
      return sum;
    case PatchKind.Set:
      for (const member of [...patch[1], ...patch[2]]) sum += weigh(member) + 1;
      return sum;
    case PatchKind.Text:
      return RANGE + patch[2].length + 2;
  }
}

/** Whether some object in `before` is in what the patch makes of it, too. */
function keepsObjects(patch: Patch, before: Node): boolean {
  switch (patch[0]) {
    case PatchKind.Replace:
    case PatchKind.Text:
      return false;
    case PatchKind.Record: {
      const [, changed, removed = []] = patch;
      const gone = new Set(removed);
      return Object.entries(before as RecordNode).some(([key, value]) => !gone.has(key) && isKept(value, changed[key]));
    }
    case PatchKind.List: {
      const list = before as ListNode;
      const [, segments, patches = []] = patch;
      const patched = new Map(patches);
      let index = 0;
      for (const [from, count] of segments === 0 ? [[0, list.length] as const] : segments) {
        if (typeof from !== "number") index += from.length;
        else {
          for (let at = from; at < from + count!; at += 1, index += 1)
            if (isKept(list.get(at), patched.get(index))) return true;
        }
      }
      return false;
    }
    case PatchKind.Map: {
      const [, set, removed, patches] = patch;
      const patched = new Map(patches);
      const gone = new Set([...removed, ...set.map(([key]) => key)]);
      return [...(before as MapNode).entries()].some(
        ([key, value]) => !gone.has(key) && isKept(value, patched.get(key)),
      );
    }
    case PatchKind.Set: {
      const gone = new Set(patch[2]);
      return [...(before as SetNode).values()].some((member) => !gone.has(member) && isKept(member, undefined));
    }
  }
}

function isKept(value: Node, patch: Patch | undefined): boolean {
  return patch === undefined ? typeof value === "object" && value !== null : keepsObjects(patch, value);
}
