import { FrozenDate } from "../data/frozen-date.ts";
import { ListNode } from "../data/list-node.ts";
import { MapNode } from "../data/map-node.ts";
import type { Node } from "../data/node.ts";
import { isRecordNode, type RecordNode } from "../data/record-node.ts";
import { SetNode } from "../data/set-node.ts";
import { diffList } from "./diff-list.ts";
import { diffMap, diffSet } from "./diff-map.ts";
import { diffText } from "./diff-text.ts";
import { PatchKind, type Patch } from "./patch.ts";

/** What turns `before` into `after`, or undefined where they are equal. Its cost follows what has changed wherever versions share structure. */
export function diff(before: Node, after: Node): Patch | undefined {
  if (Object.is(before, after)) return undefined;
  if (typeof after === "string")
    return typeof before === "string" ? diffText(before, after) : [PatchKind.Replace, after];
  if (typeof after !== "object" || after === null || typeof before !== "object" || before === null)
    return [PatchKind.Replace, after];
  if (after instanceof ListNode)
    return before instanceof ListNode ? diffList(before, after, diff) : [PatchKind.Replace, after];
  if (isRecordNode(after)) return isRecordNode(before) ? diffRecord(before, after) : [PatchKind.Replace, after];
  if (after instanceof MapNode && before instanceof MapNode) return diffMap(before, after, diff);
  if (after instanceof SetNode && before instanceof SetNode) return diffSet(before, after);
  if (after instanceof FrozenDate && before instanceof FrozenDate && Object.is(after.getTime(), before.getTime()))
    return undefined;
  return [PatchKind.Replace, after];
}

function diffRecord(before: RecordNode, after: RecordNode): Patch | undefined {
  const changed: Record<string, Patch> = {};
  let count = 0;
  let kept = 0;
  const keys = Object.keys(after);
  for (const key of keys) {
    const isKnown = Object.hasOwn(before, key);
    if (isKnown) kept += 1;
    const patch: Patch | undefined = isKnown ? diff(before[key], after[key]) : [PatchKind.Replace, after[key]];
    if (patch === undefined) continue;
    changed[key] = patch;
    count += 1;
  }
  const keysBefore = Object.keys(before);
  const removed = kept === keysBefore.length ? undefined : keysBefore.filter((key) => !Object.hasOwn(after, key));
  if (removed !== undefined) {
    if (kept === 0) return [PatchKind.Replace, after];
    return [PatchKind.Record, changed, removed];
  }
  if (count === 0) return undefined;
  return count === keys.length && count > 1 && Object.values(changed).every((patch) => patch[0] === PatchKind.Replace)
    ? [PatchKind.Replace, after]
    : [PatchKind.Record, changed];
}
