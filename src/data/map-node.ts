import type { Node } from "./node.ts";

/** Stands for a key that is gone. */
export const REMOVED: unique symbol = Symbol("removed");

/** A change of one key. */
export type MapChange<V> = readonly [key: Node, value: V | typeof REMOVED];

type Overlay<V> = ReadonlyMap<Node, V | typeof REMOVED>;

/** Up to how many changed keys are kept beside the base, so that one entry of a large Map costs little to change. */
const MAX_OVERLAY = 64;
const NO_CHANGES: Overlay<never> = new Map();

/**
 * An immutable ordered Map: a base that is never changed and shared by versions, and a small overlay of what has changed since.
 * Keys that stay keep their place, new ones go last, as in a JavaScript Map.
 */
export class Entries<V> {
  readonly size: number;
  readonly base: ReadonlyMap<Node, V>;
  readonly overlay: Overlay<V>;

  private constructor(base: ReadonlyMap<Node, V>, overlay: Overlay<V>, size: number) {
    this.base = base;
    this.overlay = overlay;
    this.size = size;
  }

  static of<V>(base: ReadonlyMap<Node, V>): Entries<V> {
    return new Entries<V>(base, NO_CHANGES, base.size);
  }

  has(key: Node): boolean {
    return this.overlay.has(key) ? this.overlay.get(key) !== REMOVED : this.base.has(key);
  }

  get(key: Node): V | undefined {
    if (this.overlay.size > 0) {
      const changed = this.overlay.get(key);
      if (changed === REMOVED) return undefined;
      if (changed !== undefined || this.overlay.has(key)) return changed;
    }
    return this.base.get(key);
  }

  *[Symbol.iterator](): IterableIterator<[Node, V]> {
    for (const [key, value] of this.base) {
      const changed = this.overlay.size > 0 && this.overlay.has(key) ? this.overlay.get(key)! : value;
      if (changed !== REMOVED) yield [key, changed];
    }
    for (const [key, value] of this.overlay) {
      if (value !== REMOVED && !this.base.has(key)) yield [key, value];
    }
  }

  /** Applies changes in order, as `set` and `delete` would. */
  with(changes: readonly MapChange<V>[]): Entries<V> {
    if (this.overlay.size + changes.length > MAX_OVERLAY) return this.#compact(changes);
    const overlay = new Map(this.overlay);
    let { size } = this;
    for (const [key, value] of changes) {
      const inBase = this.base.has(key);
      const had = overlay.has(key) ? overlay.get(key) !== REMOVED : inBase;
      if (value !== REMOVED) {
        // A key of the base that went and comes back would stand at its old place: only a new base can put it last.
        if (inBase && overlay.get(key) === REMOVED) return this.#compact(changes);
        overlay.set(key, value);
        if (!had) size += 1;
      } else if (had) {
        if (inBase) overlay.set(key, REMOVED);
        else overlay.delete(key);
        size -= 1;
      }
    }
    return new Entries<V>(this.base, overlay, size);
  }

  #compact(changes: readonly MapChange<V>[]): Entries<V> {
    const base = new Map(this);
    for (const [key, value] of changes) {
      if (value === REMOVED) base.delete(key);
      else base.set(key, value);
    }
    return Entries.of(base);
  }
}

/** A committed Map. Keys may be any node; objects are keys by identity. */
export class MapNode {
  readonly entriesNode: Entries<Node>;

  constructor(entries: Entries<Node>) {
    this.entriesNode = entries;
  }

  static of(entries: Iterable<readonly [Node, Node]>): MapNode {
    return new MapNode(Entries.of(new Map(entries)));
  }

  get size(): number {
    return this.entriesNode.size;
  }

  has(key: Node): boolean {
    return this.entriesNode.has(key);
  }

  get(key: Node): Node {
    return this.entriesNode.get(key);
  }

  *keys(): IterableIterator<Node> {
    for (const [key] of this.entriesNode) yield key;
  }

  entries(): IterableIterator<[Node, Node]> {
    return this.entriesNode[Symbol.iterator]();
  }

  /** The next version, changes applied in order. */
  with(changes: readonly MapChange<Node>[]): MapNode {
    return new MapNode(this.entriesNode.with(changes));
  }
}
