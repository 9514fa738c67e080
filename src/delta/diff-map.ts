import { type Entries, type Place, REMOVED } from "../data/entries.ts";
import { isEqual } from "../data/equal.ts";
import type { MapNode } from "../data/map-node.ts";
import type { Node } from "../data/node.ts";
import type { SetNode } from "../data/set-node.ts";
import { PatchKind, type MapPatch, type Patch } from "./patch.ts";
import { isBetter } from "./weigh.ts";

/** The change of a Map. `diff` compares values. */
export function diffMap(
  before: MapNode,
  after: MapNode,
  diff: (before: Node, after: Node) => Patch | undefined,
): Patch | undefined {
  const changes = changesOf(before.table, after.table, diff);
  if (changes === undefined) return undefined;
  const { added, removed, kept } = changes;
  // The page knows object keys by its own copies: those that it has can't be named to it.
  if (removed.some(isObject) || kept.some(([key]) => isObject(key))) return replaceUnlessEqual(before, after);
  const set: [Node, Node][] = [];
  const patches: [Node, Patch][] = [];
  for (const [key, patch] of kept) {
    if (patch[0] === PatchKind.Replace) set.push([key, patch[1]]);
    else patches.push([key, patch]);
  }
  for (const key of added) set.push([key, after.get(key)]);
  const patch: MapPatch<Node> = [PatchKind.Map, set, removed, patches];
  return isWorthWeighing(changes, after.size) && !isBetter(patch, before, after) ? [PatchKind.Replace, after] : patch;
}

/** The change of a Set. */
export function diffSet(before: SetNode, after: SetNode): Patch | undefined {
  const changes = changesOf(before.table, after.table, () => undefined);
  if (changes === undefined) return undefined;
  const { added, removed } = changes;
  if (removed.some(isObject)) return replaceUnlessEqual(before, after);
  const patch: Patch = [PatchKind.Set, added, removed];
  return isWorthWeighing(changes, after.size) && !isBetter(patch, before, after) ? [PatchKind.Replace, after] : patch;
}

const isObject = (key: Node): boolean => typeof key === "object" && key !== null;

const isWorthWeighing = ({ added, removed, kept }: Changes, size: number): boolean =>
  2 * (added.length + removed.length + kept.length) > size;

function replaceUnlessEqual(before: MapNode | SetNode, after: MapNode | SetNode): Patch | undefined {
  return isEqual(before, after) ? undefined : [PatchKind.Replace, after];
}

/**
 * What makes one table of another: keys removed, then values changed in place, then keys added at the end. A key that
 * moves is removed and added.
 */
interface Changes {
  readonly removed: Node[];
  readonly kept: [key: Node, patch: Patch][];
  readonly added: Node[];
}

type DiffValues<V> = (before: V, after: V) => Patch | undefined;

/** Undefined where nothing differs. */
function changesOf<V>(before: Entries<V>, after: Entries<V>, diff: DiffValues<V>): Changes | undefined {
  const changes =
    (before.lineage === after.lineage && changesOfVersions(before, after, diff)) || changesByKey(before, after, diff);
  return changes.removed.length + changes.kept.length + changes.added.length === 0 ? undefined : changes;
}

/**
 * Two versions of one lineage, place by place; undefined where a key of `after` is at a place that was another's, or a
 * hole, before.
 */
function changesOfVersions<V>(before: Entries<V>, after: Entries<V>, diff: DiffValues<V>): Changes | undefined {
  const removed: Node[] = [];
  const kept: [Node, Patch][] = [];
  const added: Node[] = [];
  const chunks = Math.max(before.keys.length, after.keys.length);
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    const keysBefore = before.keys[chunk] ?? [];
    const keysAfter = after.keys[chunk] ?? [];
    const valuesBefore = before.values[chunk] ?? [];
    const valuesAfter = after.values[chunk] ?? [];
    if (keysBefore === keysAfter) {
      if (valuesBefore !== valuesAfter) addKept(kept, keysAfter, valuesBefore, valuesAfter, diff);
      continue;
    }
    const places = Math.max(keysBefore.length, keysAfter.length);
    for (let offset = 0; offset < places; offset += 1) {
      const wasHere = offset < keysBefore.length && keysBefore[offset] !== REMOVED;
      const isHere = offset < keysAfter.length && keysAfter[offset] !== REMOVED;
      const key = (isHere ? keysAfter : keysBefore)[offset] as Node;
      if (!isHere) {
        if (wasHere) removed.push(key);
      } else if (!wasHere) {
        if (offset < keysBefore.length || chunk < before.keys.length - 1) return undefined;
        added.push(key);
      } else if (!Object.is(keysBefore[offset], key)) return undefined;
      else {
        const old = valuesBefore[offset]!;
        const now = valuesAfter[offset]!;
        const patch = Object.is(old, now) ? undefined : diff(old, now);
        if (patch !== undefined) kept.push([key, patch]);
      }
    }
  }
  return { removed, kept, added };
}

/** The values that differ where all keys are the same. */
function addKept<V>(
  kept: [Node, Patch][],
  keys: readonly Place[],
  before: readonly V[],
  after: readonly V[],
  diff: DiffValues<V>,
): void {
  for (let offset = 0; offset < keys.length; offset += 1) {
    const old = before[offset]!;
    const now = after[offset]!;
    // Cheaper than Object.is, which is for NaN and -0.
    if (old === now && old !== 0) continue;
    const key = keys[offset];
    if (key === REMOVED || Object.is(old, now)) continue;
    const patch = diff(old, now);
    if (patch !== undefined) kept.push([key, patch]);
  }
}

/**
 * Any two tables: from the front as far as keys of `before` come in their order there, they are kept; what follows is
 * added.
 */
function changesByKey<V>(before: Entries<V>, after: Entries<V>, diff: DiffValues<V>): Changes {
  const kept: [Node, Patch][] = [];
  const removed: Node[] = [];
  const added: Node[] = [];
  const old = before[Symbol.iterator]();
  let isKeeping = true;
  for (const [key, value] of after) {
    isKeeping &&= before.has(key);
    while (isKeeping) {
      const next = old.next();
      if (next.done === true) isKeeping = false;
      else {
        const [keyBefore, valueBefore] = next.value;
        if (Object.is(keyBefore, key)) {
          const patch = diff(valueBefore, value);
          if (patch !== undefined) kept.push([key, patch]);
          break;
        }
        removed.push(keyBefore);
      }
    }
    if (!isKeeping) added.push(key);
  }
  for (const [key] of old) removed.push(key);
  return { removed, kept, added };
}
