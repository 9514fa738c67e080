import { INSPECT, TARGET, viewTarget, type ViewTarget } from "./view-target.ts";
import { listMethods } from "./list-methods.ts";

/** What an array view stands for: a draft or a committed list. Indexes are within bounds where it says so. */
export interface ListSource extends ViewTarget {
  readonly length: number;
  /** What user code sees at `index`; undefined beyond the end. */
  read(index: number): unknown;
  /** What stands at `index` (in bounds), comparable by identity. */
  slotAt(index: number): unknown;
  write(index: number, value: unknown): void;
  setLength(length: number): void;
  push(values: unknown[]): number;
  pop(): unknown;
  shift(): unknown;
  unshift(values: unknown[]): number;
  splice(start: number, deleteCount: number, values: unknown[]): unknown[];
  reorder(order: (values: unknown[]) => unknown[]): void;
  inspect(): unknown;
}

/** The proxy's target: an array, so that `Array.isArray` holds, always empty itself. */
export class ListTarget extends Array<unknown> {
  /** Never seen: the traps answer for it. */
  readonly source: ListSource;

  constructor(source: ListSource) {
    super();
    this.source = source;
  }

  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** Node inspects a proxy's target, with the proxy as `this`. */
  [INSPECT](): unknown {
    return (viewTarget(this) as ListSource).inspect();
  }
}

/** The index that a property name stands for, or -1. */
function indexOfName(name: string): number {
  const code = name.charCodeAt(0);
  if (code < 48 || code > 57) return -1;
  const index = Number(name);
  return Number.isInteger(index) && index >= 0 && index < 4_294_967_295 && String(index) === name ? index : -1;
}

const arrayPrototype = Array.prototype as unknown as Record<PropertyKey, unknown>;

/** The traps of every array view. */
export const listTraps: ProxyHandler<ListTarget> = {
  get(target, key) {
    const source = target.source;
    if (typeof key === "symbol") {
      if (key === TARGET) return source;
      return key === Symbol.iterator ? listMethods["values"] : arrayPrototype[key];
    }
    const index = indexOfName(key);
    if (index >= 0) return source.read(index);
    if (key === "length") return source.length;
    return Object.hasOwn(listMethods, key) ? listMethods[key] : arrayPrototype[key];
  },
  set(target, key, value) {
    if (typeof key === "symbol") return false;
    const index = indexOfName(key);
    if (index >= 0) target.source.write(index, value);
    else if (key === "length") target.source.setLength(Number(value));
    else throw new TypeError(`An array of the state has no property "${key}".`);
    return true;
  },
  has(target, key) {
    if (typeof key === "symbol") return key in arrayPrototype;
    const index = indexOfName(key);
    return index >= 0 ? index < target.source.length : key === "length" || key in arrayPrototype;
  },
  deleteProperty(target, key) {
    const index = typeof key === "string" ? indexOfName(key) : -1;
    // An array of the state has no holes.
    if (index >= 0 && index < target.source.length) target.source.write(index, undefined);
    else if (index >= 0) target.source.setLength(target.source.length);
    return true;
  },
  ownKeys(target) {
    const keys: string[] = [];
    for (let i = 0; i < target.source.length; i += 1) keys.push(String(i));
    keys.push("length");
    return keys;
  },
  getOwnPropertyDescriptor(target, key) {
    if (key === "length")
      return { value: target.source.length, writable: true, enumerable: false, configurable: false };
    const index = typeof key === "string" ? indexOfName(key) : -1;
    if (index < 0 || index >= target.source.length) return undefined;
    return { value: target.source.read(index), writable: true, enumerable: true, configurable: true };
  },
  defineProperty(target, key, descriptor) {
    const index = typeof key === "string" ? indexOfName(key) : -1;
    if (key === "length" && "value" in descriptor) target.source.setLength(Number(descriptor.value));
    else if (index >= 0 && "value" in descriptor) target.source.write(index, descriptor.value);
    else return false;
    return true;
  },
  getPrototypeOf() {
    return Array.prototype as object;
  },
  setPrototypeOf() {
    return false;
  },
  preventExtensions() {
    return false;
  },
};
