import { INSPECT, TARGET, viewTarget, type ViewTarget } from "./view-target.ts";
import { toKey } from "./to-key.ts";

/** What a Map's or Set's view stands for: a draft or a committed node. Keys are given as `toKey` has them. */
export interface KeyedSource extends ViewTarget {
  readonly size: number;
  has(key: unknown): boolean;
  /** What user code sees of a Map's entry. */
  get(key: unknown): unknown;
  /** What user code sees of the keys (or members), in order. */
  keys(): IterableIterator<unknown>;
  set(key: unknown, value: unknown): void;
  add(key: unknown): void;
  delete(key: unknown): boolean;
  clear(): void;
  inspect(): unknown;
}

/** The proxies' targets: an empty Map or Set, for `instanceof`. A private field is made with the object, and seen by nobody. */
class MapTarget extends Map<unknown, unknown> {
  readonly #source: KeyedSource;

  constructor(source: KeyedSource) {
    super();
    this.#source = source;
  }

  sourceOf(): KeyedSource {
    return this.#source;
  }
}

class SetTarget extends Set<unknown> {
  readonly #source: KeyedSource;

  constructor(source: KeyedSource) {
    super();
    this.#source = source;
  }

  sourceOf(): KeyedSource {
    return this.#source;
  }
}

/** A Map whose entries come from `source`. */
export function mapView(source: KeyedSource): object {
  return new Proxy<MapTarget | SetTarget>(new MapTarget(source), keyedTraps);
}

/** A Set whose members come from `source`. */
export function setView(source: KeyedSource): object {
  return new Proxy<MapTarget | SetTarget>(new SetTarget(source), keyedTraps);
}

function sourceOf(view: object): KeyedSource {
  return viewTarget(view) as KeyedSource;
}

type Each = (value: unknown, key: unknown, view: unknown) => void;

// Node inspects a proxy's target, with the proxy as `this`.
for (const { prototype } of [MapTarget, SetTarget]) Object.defineProperty(prototype, INSPECT, { value: inspect });

const mapMethods: Record<string, unknown> = {
  has(this: object, key: unknown) {
    const source = sourceOf(this);
    return source.has(toKey(key, source));
  },
  get(this: object, key: unknown) {
    const source = sourceOf(this);
    return source.get(toKey(key, source));
  },
  set(this: object, key: unknown, value: unknown) {
    const source = sourceOf(this);
    source.set(toKey(key, source), value);
    return this;
  },
  delete(this: object, key: unknown) {
    const source = sourceOf(this);
    return source.delete(toKey(key, source));
  },
  clear(this: object) {
    sourceOf(this).clear();
  },
  keys(this: object) {
    return sourceOf(this).keys();
  },
  *values(this: object) {
    const source = sourceOf(this);
    for (const key of source.keys()) yield source.get(toKey(key, source));
  },
  *entries(this: object) {
    const source = sourceOf(this);
    for (const key of source.keys()) yield [key, source.get(toKey(key, source))];
  },
  forEach(this: object, callback: Each, receiver?: unknown) {
    const source = sourceOf(this);
    for (const key of source.keys()) callback.call(receiver, source.get(toKey(key, source)), key, this);
  },
};

const setMethods: Record<string, unknown> = {
  has: mapMethods["has"],
  delete: mapMethods["delete"],
  clear: mapMethods["clear"],
  keys: mapMethods["keys"],
  values: mapMethods["keys"],
  add(this: object, member: unknown) {
    const source = sourceOf(this);
    source.add(toKey(member, source));
    return this;
  },
  *entries(this: object) {
    for (const member of sourceOf(this).keys()) yield [member, member];
  },
  forEach(this: object, callback: Each, receiver?: unknown) {
    for (const member of sourceOf(this).keys()) callback.call(receiver, member, member, this);
  },
};

const refuseShape = (target: MapTarget | SetTarget, what: string): never => {
  // Also a write: say so the way the source does, then as a fallback for a writable one.
  target.sourceOf().delete(UNUSED_KEY);
  throw new TypeError(`A Map or Set of the state has no properties of its own: can't ${what}.`);
};
const UNUSED_KEY = {};

function inspect(this: object): unknown {
  return sourceOf(this).inspect();
}

const keyedTraps: ProxyHandler<MapTarget | SetTarget> = {
  get(target, key) {
    if (key === TARGET) return target.sourceOf();
    if (key === "size") return target.sourceOf().size;
    const isMap = target instanceof Map;
    if (key === Symbol.iterator) return isMap ? mapMethods["entries"] : setMethods["values"];
    const prototype = (isMap ? Map.prototype : Set.prototype) as unknown as Record<PropertyKey, unknown>;
    if (typeof key === "symbol") return prototype[key];
    const methods = isMap ? mapMethods : setMethods;
    if (Object.hasOwn(methods, key)) return methods[key];
    const inherited = prototype[key];
    return isMap || typeof inherited !== "function" || !SET_ALGEBRA.has(key) ? inherited : algebra(key);
  },
  set(target, key) {
    return refuseShape(target, `set "${String(key)}"`);
  },
  defineProperty(target, key) {
    return refuseShape(target, `define "${String(key)}"`);
  },
  deleteProperty(target, key) {
    return refuseShape(target, `delete "${String(key)}"`);
  },
  getPrototypeOf(target) {
    return target instanceof Map ? Map.prototype : Set.prototype;
  },
  setPrototypeOf(target) {
    return refuseShape(target, "change the prototype");
  },
  preventExtensions() {
    return false;
  },
};

/** Newer engines' Set methods, which read a Set's inner slots: they get a real Set of the members. */
const SET_ALGEBRA = new Set([
  "union",
  "intersection",
  "difference",
  "symmetricDifference",
  "isSubsetOf",
  "isSupersetOf",
  "isDisjointFrom",
]);

function algebra(name: string): unknown {
  return function (this: object, other: unknown): unknown {
    const members = new Set(sourceOf(this).keys()) as unknown as Record<string, (other: unknown) => unknown>;
    return members[name]!(other);
  };
}
