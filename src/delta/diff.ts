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
import { isBetter } from "./weigh.ts";

/**
 * What turns `before` into `after`, or undefined where they are equal. Its cost follows what has changed wherever
 * versions share structure.
 */
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
  const keys = Object.keys(after);
  let kept = 0;
  let isPatched = false;
  let changes = 0;
  for (const key of keys) {
    // Records inherit nothing.
    const isKept = key in before;
    if (isKept) kept += 1;
    const patch = isKept ? diff(before[key], after[key]) : ([PatchKind.Replace, after[key]] as const);
    if (patch === undefined) continue;
    changed[key] = patch;
    changes += 1;
    if (patch[0] !== PatchKind.Replace) isPatched = true;
  }
  const keysBefore = Object.keys(before);
  if (kept === keysBefore.length) {
    if (changes === 0) return undefined;
    // One field alone says the same and may be followed by more.
    return changes > 1 && changes === keys.length && !isPatched
      ? [PatchKind.Replace, after]
      : [PatchKind.Record, changed];
  }
  if (kept === 0) return [PatchKind.Replace, after];
  const removed = keysBefore.filter((key) => !(key in after));
  const patch: Patch = [PatchKind.Record, changed, removed];
  return removed.length > keys.length && !isBetter(patch, before, after) ? [PatchKind.Replace, after] : patch;
}
