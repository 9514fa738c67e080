import { FrozenMap } from "../data/frozen-map.ts";
import { FrozenSet } from "../data/frozen-set.ts";
import { PatchKind, type ListPatch, type MapPatch, type Patch, type RecordPatch, type SetPatch } from "./patch.ts";

/** The value that a patch makes of `value`, a frozen plain value: new along the way to what has changed, the same objects everywhere else. */
export function apply(value: unknown, patch: Patch<unknown>): unknown {
  switch (patch[0]) {
    case PatchKind.Replace:
      return patch[1];
    case PatchKind.Record:
      return applyRecord(value as Record<string, unknown>, patch);
    case PatchKind.List:
      return applyList(value as readonly unknown[], patch);
    case PatchKind.Map:
      return applyMap(value as ReadonlyMap<unknown, unknown>, patch);
    case PatchKind.Set:
      return applySet(value as ReadonlySet<unknown>, patch);
    case PatchKind.Text: {
      const [, keepStart, insert, keepEnd = 0] = patch;
      const text = value as string;
      return text.slice(0, keepStart) + insert + (keepEnd === 0 ? "" : text.slice(-keepEnd));
    }
  }
}

function applyRecord(value: Record<string, unknown>, [, changed, removed]: RecordPatch<unknown>): unknown {
  const next: Record<string, unknown> = {};
  for (const key of Object.keys(value)) if (removed === undefined || !removed.includes(key)) next[key] = value[key];
  for (const key of Object.keys(changed)) next[key] = apply(value[key], changed[key]!);
  return Object.freeze(next);
}

function applyList(value: readonly unknown[], [, segments, patches]: ListPatch<unknown>): unknown {
  let next: unknown[];
  if (segments === 0) next = value.slice();
  else {
    next = [];
    for (const segment of segments)
      next = next.concat(segment.length === 1 ? segment[0] : value.slice(segment[0], segment[0] + segment[1]));
  }
  for (const [index, patch] of patches ?? []) next[index] = apply(next[index], patch);
  return Object.freeze(next);
}

function applyMap(value: ReadonlyMap<unknown, unknown>, [, set, removed, patches]: MapPatch<unknown>): unknown {
  const next = new Map(value);
  for (const key of removed) next.delete(key);
  for (const [key, entry] of set) next.set(key, entry);
  for (const [key, patch] of patches) next.set(key, apply(next.get(key), patch));
  return new FrozenMap(next);
}

function applySet(value: ReadonlySet<unknown>, [, added, removed]: SetPatch<unknown>): unknown {
  const next = new Set(value);
  for (const member of removed) next.delete(member);
  for (const member of added) next.add(member);
  return new FrozenSet(next);
}
