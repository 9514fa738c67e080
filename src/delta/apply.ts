import { FrozenMap } from "../data/frozen-map.ts";
import { FrozenSet } from "../data/frozen-set.ts";
import { PatchKind, type ListPatch, type MapPatch, type Patch, type RecordPatch, type SetPatch } from "./patch.ts";

/** What a Map's own methods do, for one that nobody has yet. */
const writable: Map<unknown, unknown> = Map.prototype;

/**
 * The value that a patch makes of `value`, a frozen plain value: new along the way to what has changed, the same
 * objects everywhere else.
 */
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
  const gone = new Set(removed);
  for (const key of Object.keys(value)) if (!gone.has(key)) next[key] = value[key];
  for (const key of Object.keys(changed)) next[key] = apply(next[key], changed[key]!);
  return Object.freeze(next);
}

function applyList(value: readonly unknown[], [, segments, patches]: ListPatch<unknown>): unknown {
  // Engines copy a frozen array by spreading it, but slice it item by item.
  const old = [...value];
  let next = old;
  if (segments !== 0) {
    next = [];
    for (const [from, count] of segments) {
      const items = typeof from === "number" ? old.slice(from, from + count!) : from;
      if (next.length === 0) next = [...items];
      else for (const item of items) next.push(item);
    }
  }
  for (const [index, patch] of patches ?? []) next[index] = apply(next[index], patch);
  return Object.freeze(next);
}

function applyMap(value: ReadonlyMap<unknown, unknown>, [, set, removed, patches]: MapPatch<unknown>): unknown {
  const next = new FrozenMap(value);
  for (const key of removed) writable.delete.call(next, key);
  for (const [key, entry] of set) writable.set.call(next, key, entry);
  for (const [key, patch] of patches) writable.set.call(next, key, apply(next.get(key), patch));
  return next;
}

function applySet(value: ReadonlySet<unknown>, [, added, removed]: SetPatch<unknown>): unknown {
  const next = new Set(value);
  for (const member of removed) next.delete(member);
  for (const member of added) next.add(member);
  return new FrozenSet(next);
}
