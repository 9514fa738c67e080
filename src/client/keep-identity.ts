import { FrozenMap } from "../data/frozen-map.ts";

/** `after`, in which every part that is deeply equal to its counterpart in `before` is that counterpart. Both are frozen plain values. */
export function keepIdentity(before: unknown, after: unknown): unknown {
  if (Object.is(before, after)) return before;
  if (!isObject(before) || !isObject(after) || Object.getPrototypeOf(before) !== Object.getPrototypeOf(after))
    return after;
  if (Array.isArray(after)) return keepItems(before as unknown[], after);
  if (after instanceof Map) return keepMap(before as Map<unknown, unknown>, after);
  if (after instanceof Set) return isSameOrder(before as Set<unknown>, after) ? before : after;
  if (after instanceof Date) return Object.is(+before, +after) ? before : after;
  return keepRecord(before as Record<string, unknown>, after as Record<string, unknown>);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Items are matched from the front, then from the back, then those between by their place. */
function keepItems(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  const kept = after.slice();
  const shift = before.length - after.length;
  const shorter = Math.min(before.length, after.length);
  let front = 0;
  while (front < shorter && keepAt(front, front)) front += 1;
  if (front === after.length && shift === 0) return before;
  let back = after.length;
  while (back > front && back + shift > front && keepAt(back - 1, back - 1 + shift)) back -= 1;
  for (let index = front + 1; index < back; index += 1) if (index < before.length) keepAt(index, index);
  return Object.freeze(kept);

  function keepAt(index: number, indexBefore: number): boolean {
    kept[index] = keepIdentity(before[indexBefore], after[index]);
    return Object.is(kept[index], before[indexBefore]);
  }
}

function keepRecord(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  const keys = Object.keys(after);
  const keysBefore = Object.keys(before);
  let isSame = keys.length === keysBefore.length;
  keys.forEach((key, index) => {
    kept[key] = Object.hasOwn(before, key) ? keepIdentity(before[key], after[key]) : after[key];
    isSame &&= key === keysBefore[index] && Object.is(kept[key], before[key]);
  });
  return isSame ? before : Object.freeze(kept);
}

function keepMap(before: Map<unknown, unknown>, after: Map<unknown, unknown>): Map<unknown, unknown> {
  const kept = new FrozenMap([...after].map(([key, value]) => [key, keepIdentity(before.get(key), value)] as const));
  return isSameOrder(before, kept) && [...kept].every(([key, value]) => Object.is(before.get(key), value))
    ? before
    : kept;
}

function isSameOrder(
  before: Map<unknown, unknown> | Set<unknown>,
  after: Map<unknown, unknown> | Set<unknown>,
): boolean {
  const keysBefore = [...before.keys()];
  return before.size === after.size && [...after.keys()].every((key, index) => Object.is(key, keysBefore[index]));
}
