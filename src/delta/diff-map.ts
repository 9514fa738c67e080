import { REMOVED, type Entries, type MapNode } from "../data/map-node.ts";
import type { Node } from "../data/node.ts";
import type { SetNode } from "../data/set-node.ts";
import { PatchKind, type Patch } from "./patch.ts";

/** A key whose entry may differ, in the order in which the new version has it. */
type Touched = Iterable<Node>;

/** The change of a Map. `diff` compares values. */
export function diffMap(
  before: MapNode,
  after: MapNode,
  diff: (before: Node, after: Node) => Patch | undefined,
): Patch | undefined {
  const set: [Node, Node][] = [];
  const removed: Node[] = [];
  const patches: [Node, Patch][] = [];
  const touched = touchedKeys(before.entriesNode, after.entriesNode);
  if (touched === undefined) return [PatchKind.Replace, after];
  for (const key of touched) {
    if (!after.has(key)) {
      if (before.has(key)) removed.push(key);
      continue;
    }
    const value = after.get(key);
    if (!before.has(key)) set.push([key, value]);
    else {
      const patch = diff(before.get(key), value);
      if (patch?.[0] === PatchKind.Replace) set.push([key, value]);
      else if (patch !== undefined) patches.push([key, patch]);
    }
  }
  const changes = set.length + removed.length + patches.length;
  if (changes === 0) return undefined;
  const hasObjectKey = [...set.map(([key]) => key), ...removed, ...patches.map(([key]) => key)].some(isObject);
  if (hasObjectKey || (set.length > 8 && set.length * 2 > after.size)) return [PatchKind.Replace, after];
  return [PatchKind.Map, set, removed, patches];
}

/** The change of a Set. */
export function diffSet(before: SetNode, after: SetNode): Patch | undefined {
  const touched = touchedKeys(before.entriesNode, after.entriesNode);
  if (touched === undefined) return [PatchKind.Replace, after];
  const added: Node[] = [];
  const removed: Node[] = [];
  for (const member of touched) {
    if (after.has(member) === before.has(member)) continue;
    (after.has(member) ? added : removed).push(member);
  }
  if (added.length + removed.length === 0) return undefined;
  // The page knows object members by its own copies: they can't be told to it one by one.
  if (removed.some(isObject) || (added.length > 8 && added.length * 2 > after.size)) return [PatchKind.Replace, after];
  return [PatchKind.Set, added, removed];
}

const isObject = (key: Node): boolean => typeof key === "object" && key !== null;

/**
 * The keys that may differ, new ones in their order; undefined where the order of keys that both have differs, which only a replacement can tell.
 * Two versions over one base differ in their overlays only.
 */
function touchedKeys<V>(before: Entries<V>, after: Entries<V>): Touched | undefined {
  if (before.base !== after.base)
    return hasSameOrder(before, after) ? new Set([...keysOf(before), ...keysOf(after)]) : undefined;
  // Keys beside the base come in the overlay's order.
  const own = (entries: Entries<V>): Node[] =>
    [...entries.overlay].filter(([key, value]) => value !== REMOVED && !entries.base.has(key)).map(([key]) => key);
  if (!isSubsequenceOrdered(own(before), new Set(own(after)), own(after), new Set(own(before)))) return undefined;
  // A key of the base that comes back stands in the middle again, where a page would put it last.
  for (const [key, value] of before.overlay) if (value === REMOVED && after.has(key)) return undefined;
  return new Set([...after.overlay.keys(), ...before.overlay.keys()]);
}

function* keysOf<V>(entries: Entries<V>): Iterable<Node> {
  for (const [key] of entries) yield key;
}

/** Whether removing the gone keys and appending the new ones gives the new order. */
function hasSameOrder<V>(before: Entries<V>, after: Entries<V>): boolean {
  const kept: Node[] = [];
  for (const key of keysOf(before)) if (after.has(key)) kept.push(key);
  let at = 0;
  for (const key of keysOf(after)) {
    if (at < kept.length) {
      if (!Object.is(kept[at], key)) return false;
      at += 1;
    } else if (before.has(key)) return false;
  }
  return true;
}

/** As `hasSameOrder`, for the keys beside a common base. */
function isSubsequenceOrdered(
  before: readonly Node[],
  inAfter: ReadonlySet<Node>,
  after: readonly Node[],
  inBefore: ReadonlySet<Node>,
): boolean {
  const kept = before.filter((key) => inAfter.has(key));
  return (
    kept.every((key, at) => Object.is(after[at], key)) && after.slice(kept.length).every((key) => !inBefore.has(key))
  );
}
