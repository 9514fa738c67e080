import type { ListSource } from "./list-proxy.ts";
import { viewTarget } from "./view-target.ts";
import { Draft } from "./draft.ts";

type Callback = (value: unknown, index: number, array: unknown) => unknown;

function sourceOf(view: object): ListSource {
  return viewTarget(view) as unknown as ListSource;
}

/** A relative index as Array's methods take it, within 0..length. */
function relative(value: unknown, length: number, fallback: number): number {
  if (value === undefined) return fallback;
  const index = Math.trunc(Number(value)) || 0;
  return index < 0 ? Math.max(0, length + index) : Math.min(index, length);
}

/** Calls back for every item in order, until the callback gives true; its index, or -1. As Array's own: the length is read once, items that went are skipped. */
function scan(view: object, visit: (value: unknown, index: number) => boolean, skipGone = true): number {
  const source = sourceOf(view);
  const length = source.length;
  for (let index = 0; index < length; index += 1) {
    if (skipGone && index >= source.length) return -1;
    if (visit(source.read(index), index)) return index;
  }
  return -1;
}

/** Finds by what stands behind a view: a draft of an open transaction is its slot's own, anything else is found by its committed node. */
function search(
  source: ListSource,
  value: unknown,
  from: number,
  step: 1 | -1,
  same: (a: unknown, b: unknown) => boolean,
): number {
  const target = typeof value === "object" && value !== null ? viewTarget(value) : undefined;
  const node = target === undefined || (target instanceof Draft && target.scope.isOpen) ? undefined : target.toNode();
  for (let index = from; index >= 0 && index < source.length; index += step) {
    const slot = source.slotAt(index);
    if (target === undefined ? same(slot, value) : slot === target) return index;
    if (node !== undefined && (slot === node || (slot instanceof Draft && slot.base === node))) return index;
  }
  return -1;
}

const strict = (a: unknown, b: unknown): boolean => a === b;
const sameZero = (a: unknown, b: unknown): boolean => a === b || (a !== a && b !== b);

/**
 * Array's methods over a list source: the ones that change the list, that compare items, and the hot ones that read.
 * All others are Array's own, through the proxy's traps.
 */
export const listMethods: Record<string, unknown> = {
  push(this: object, ...values: unknown[]) {
    return sourceOf(this).push(values);
  },
  pop(this: object) {
    return sourceOf(this).pop();
  },
  shift(this: object) {
    return sourceOf(this).shift();
  },
  unshift(this: object, ...values: unknown[]) {
    return sourceOf(this).unshift(values);
  },
  splice(this: object, ...args: unknown[]) {
    const source = sourceOf(this);
    const start = relative(args[0], source.length, 0);
    const rest = source.length - start;
    const count =
      args.length === 0 ? 0 : args.length === 1 ? rest : Math.min(Math.max(Math.trunc(Number(args[1])) || 0, 0), rest);
    return source.splice(start, count, args.slice(2));
  },
  sort(this: object, compare?: (a: unknown, b: unknown) => number) {
    sourceOf(this).reorder((values) => values.sort(compare));
    return this;
  },
  reverse(this: object) {
    sourceOf(this).reorder((values) => values.reverse());
    return this;
  },
  fill(this: object, value: unknown, start?: unknown, end?: unknown) {
    const source = sourceOf(this);
    const last = relative(end, source.length, source.length);
    source.setLength(source.length);
    for (let index = relative(start, source.length, 0); index < last; index += 1) source.write(index, value);
    return this;
  },
  copyWithin(this: object, to: unknown, start: unknown, end?: unknown) {
    sourceOf(this).reorder((values) =>
      values.copyWithin(Number(to), Number(start), end === undefined ? undefined : Number(end)),
    );
    return this;
  },
  indexOf(this: object, value: unknown, from?: unknown) {
    const source = sourceOf(this);
    return search(source, value, relative(from, source.length, 0), 1, strict);
  },
  lastIndexOf(this: object, value: unknown, from?: unknown) {
    const source = sourceOf(this);
    const last =
      from === undefined
        ? source.length - 1
        : Number(from) < 0
          ? source.length + Number(from)
          : Math.min(Number(from), source.length - 1);
    return search(source, value, last, -1, strict);
  },
  includes(this: object, value: unknown, from?: unknown) {
    const source = sourceOf(this);
    return search(source, value, relative(from, source.length, 0), 1, sameZero) >= 0;
  },
  *values(this: object) {
    const source = sourceOf(this);
    for (let index = 0; index < source.length; index += 1) yield source.read(index);
  },
  forEach(this: object, callback: Callback, receiver?: unknown) {
    scan(this, (value, index) => {
      callback.call(receiver, value, index, this);
      return false;
    });
  },
  map(this: object, callback: Callback, receiver?: unknown) {
    const mapped: unknown[] = [];
    scan(this, (value, index) => {
      mapped[index] = callback.call(receiver, value, index, this);
      return false;
    });
    return mapped;
  },
  filter(this: object, callback: Callback, receiver?: unknown) {
    const kept: unknown[] = [];
    scan(this, (value, index) => {
      if (callback.call(receiver, value, index, this)) kept.push(value);
      return false;
    });
    return kept;
  },
  find(this: object, callback: Callback, receiver?: unknown) {
    let found: unknown;
    scan(
      this,
      (value, index) => Boolean(callback.call(receiver, value, index, this)) && ((found = value), true),
      false,
    );
    return found;
  },
  findIndex(this: object, callback: Callback, receiver?: unknown) {
    return scan(this, (value, index) => Boolean(callback.call(receiver, value, index, this)), false);
  },
  some(this: object, callback: Callback, receiver?: unknown) {
    return scan(this, (value, index) => Boolean(callback.call(receiver, value, index, this))) >= 0;
  },
  every(this: object, callback: Callback, receiver?: unknown) {
    return scan(this, (value, index) => !callback.call(receiver, value, index, this)) < 0;
  },
};
