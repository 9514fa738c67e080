import { CHUNK_SIZE, nextLineage } from "./list-node.ts";
import type { Node } from "./node.ts";

/** Stands for a key that is gone: in a change, and at the place where the key was. */
export const REMOVED: unique symbol = Symbol("removed");

/** A change of one key. */
export type KeyChange<V> = readonly [key: Node, value: V | typeof REMOVED];

/** A key, or the hole that one has left. */
export type Place = Node | typeof REMOVED;

type Index = Map<Node, number | number[]>;
type Chunks<T> = readonly (readonly T[])[];

/**
 * How much more than twice its size a table may have of places, or its index of keys, before what nothing stands for is
 * cleared away.
 */
const SLACK = 32;

/**
 * An immutable, ordered table of keys with values. Every key has a position, in the order of arrival, and never another
 * one: positions stand in chunks that versions share, and a removed key leaves a hole. So a change copies a chunk, and
 * versions of one lineage are compared chunk by chunk.
 *
 * The index from keys to positions is shared by versions and only ever added to; a position counts where this version
 * has that key there. A version may get an index of its own at any time.
 */
export class Entries<V> {
  readonly size: number;
  /** How many positions there are, holes included: the next key gets this one. */
  readonly end: number;
  readonly keys: Chunks<Place>;
  readonly values: Chunks<V>;
  /**
   * Two tables of one lineage have the same key at the same position, unless it was removed or one is no version of the
   * other.
   */
  readonly lineage: number;
  /** Where a key stands, in this version or another; a list (newest last) for one that came back. */
  private index: Index;

  private constructor(
    size: number,
    end: number,
    keys: Chunks<Place>,
    values: Chunks<V>,
    lineage: number,
    index: Index,
  ) {
    this.size = size;
    this.end = end;
    this.keys = keys;
    this.values = values;
    this.lineage = lineage;
    this.index = index;
  }

  /**
   * The entries in their order; of a key that comes twice the place of the first and the value of the last, as a Map
   * has it.
   */
  static of<V>(entries: Iterable<readonly [Node, V]>): Entries<V> {
    return new Entries<V>(0, 0, [], [], nextLineage(), new Map()).with(entries);
  }

  has(key: Node): boolean {
    return this.#find(key) >= 0;
  }

  get(key: Node): V | undefined {
    const position = this.#find(key);
    return position < 0 ? undefined : this.values[Math.floor(position / CHUNK_SIZE)]![position % CHUNK_SIZE];
  }

  *[Symbol.iterator](): IterableIterator<[Node, V]> {
    for (let chunk = 0; chunk < this.keys.length; chunk += 1) {
      const keys = this.keys[chunk]!;
      for (let offset = 0; offset < keys.length; offset += 1) {
        const key = keys[offset];
        if (key !== REMOVED) yield [key, this.values[chunk]![offset]!];
      }
    }
  }

  /** The next version: changes applied in order, as `set` and `delete` of a Map would. */
  with(changes: Iterable<KeyChange<V>>): Entries<V> {
    const keys = new ChunkWriter<Place>(this.keys);
    const values = new ChunkWriter<V | undefined>(this.values);
    let { size, end } = this;
    let crowd = 0;
    for (const [key, value] of changes) {
      const position = find(this.index, keys.chunks, key);
      if (value === REMOVED) {
        if (position < 0) continue;
        keys.put(position, REMOVED);
        values.put(position, undefined);
        size -= 1;
      } else if (position >= 0) values.put(position, value);
      else {
        // As a Map has it, a key is never -0.
        keys.put(end, key === 0 ? 0 : key);
        values.put(end, value);
        crowd = Math.max(crowd, remember(this.index, key, end));
        size += 1;
        end += 1;
      }
    }
    const bound = 2 * size + SLACK;
    const next = new Entries<V>(size, end, keys.chunks, values.chunks as V[][], this.lineage, this.index);
    if (end > bound) return Entries.of(next);
    if (this.index.size > bound || crowd > SLACK + size / 64) {
      // This version too: it may be built on again, where `next` is given up.
      this.index = indexOf(this.keys);
      next.index = indexOf(next.keys);
    }
    return next;
  }

  #find(key: Node): number {
    return find(this.index, this.keys, key);
  }
}

/** Chunks of which those that are written become copies. */
class ChunkWriter<T> {
  readonly chunks: T[][];
  readonly #owned = new Set<number>();

  constructor(chunks: Chunks<T>) {
    this.chunks = chunks.slice() as T[][];
  }

  put(position: number, item: T): void {
    const chunk = Math.floor(position / CHUNK_SIZE);
    if (!this.#owned.has(chunk)) {
      this.#owned.add(chunk);
      this.chunks[chunk] = this.chunks[chunk]?.slice() ?? [];
    }
    this.chunks[chunk]![position % CHUNK_SIZE] = item;
  }
}

function indexOf(keys: Chunks<Place>): Index {
  const index: Index = new Map();
  for (let chunk = 0; chunk < keys.length; chunk += 1) {
    for (const [offset, key] of keys[chunk]!.entries())
      if (key !== REMOVED) index.set(key, chunk * CHUNK_SIZE + offset);
  }
  return index;
}

/** The position at which `keys` have `key`, or -1. */
function find(index: Index, keys: Chunks<Place>, key: Node): number {
  const known = index.get(key);
  if (known === undefined) return -1;
  if (typeof known === "number") return isAt(keys, known, key) ? known : -1;
  for (let at = known.length - 1; at >= 0; at -= 1) if (isAt(keys, known[at]!, key)) return known[at]!;
  return -1;
}

function isAt(keys: Chunks<Place>, position: number, key: Node): boolean {
  const chunk = keys[Math.floor(position / CHUNK_SIZE)];
  // Other versions know positions that are beyond this one's: there is no key, not the key `undefined`.
  if (chunk === undefined || position % CHUNK_SIZE >= chunk.length) return false;
  const found = chunk[position % CHUNK_SIZE];
  // -0 is the key 0, and NaN is itself.
  return found === key || (found !== found && key !== key);
}

/** Adds a position of `key`; gives how many it has. */
function remember(index: Index, key: Node, position: number): number {
  const known = index.get(key);
  if (known === undefined) index.set(key, position);
  else if (typeof known === "number") {
    if (known !== position) index.set(key, [known, position]);
  } else {
    if (!known.includes(position)) known.push(position);
    return known.length;
  }
  return 1;
}
