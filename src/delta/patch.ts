import type { Node } from "../data/node.ts";

/** What kind of change a patch is: its first element. */
export const PatchKind = {
  /** `[0, value]`: the whole value. */
  Replace: 0,
  /** `[1, { key: patch }, [removedKey, ...]]`: an object's keys. The last may be missing. */
  Record: 1,
  /** `[2, segments or 0, [[index, patch], ...]]`: an array. The last may be missing. */
  List: 2,
  /**
   * `[3, [[key, value], ...], [removedKey, ...], [[key, patch], ...]]`: a Map. Removed first, then set (new keys last),
   * then patched.
   */
  Map: 3,
  /** `[4, [added, ...], [removed, ...]]`: a Set. Removed first. */
  Set: 4,
  /**
   * `[5, keepStart, insert, keepEnd]`: a string: so many units of its start, new text, so many units of its end. The
   * last may be missing.
   */
  Text: 5,
} as const;

/** A part of a new list: `[start, count]` items of the old one, or `[[item, ...]]`, new ones. */
export type Segment<V> = readonly [start: number, count: number] | readonly [inserted: readonly V[]];

/** The whole value. */
export type ReplacePatch<V> = readonly [kind: 0, value: V];
/** What has changed in an object. */
export type RecordPatch<V> = readonly [
  kind: 1,
  changed: Readonly<Record<string, Patch<V>>>,
  removed?: readonly string[],
];
/** What has changed in the item at an index of the new list. */
export type IndexedPatch<V> = readonly [index: number, patch: Patch<V>];
/** What has changed in an array. */
export type ListPatch<V> = readonly [
  kind: 2,
  segments: readonly Segment<V>[] | 0,
  patches?: readonly IndexedPatch<V>[],
];
/** What has changed in a Map. */
export type MapPatch<V> = readonly [
  kind: 3,
  set: readonly (readonly [key: V, value: V])[],
  removed: readonly V[],
  patches: readonly (readonly [key: V, patch: Patch<V>])[],
];
/** What has changed in a Set. */
export type SetPatch<V> = readonly [kind: 4, added: readonly V[], removed: readonly V[]];
/** What has changed in a string. */
export type TextPatch = readonly [kind: 5, keepStart: number, insert: string, keepEnd?: number];

/**
 * What turns one value into another. On the server its values are nodes, in the page plain values, on the wire encoded
 * ones.
 */
export type Patch<V = Node> = ReplacePatch<V> | RecordPatch<V> | ListPatch<V> | MapPatch<V> | SetPatch<V> | TextPatch;
