import { REMOVED } from "../data/entries.ts";
import type { Node } from "../data/node.ts";
import type { Slot } from "./draft.ts";

/** What a committed Map or Set offers to a draft of it. */
export interface KeyedBase {
  readonly size: number;
  has(key: Node): boolean;
  keys(): Iterable<Node>;
}

/**
 * The changes of a Map or Set against its committed base, with the order that a JavaScript Map would have: a key that
 * stays keeps its place, a new one goes last, one removed and set again goes last too.
 */
export class KeyedChanges {
  readonly #base: KeyedBase;
  /** Set values by key, in order of arrival; REMOVED for keys of the base that are gone. */
  readonly #changes = new Map<unknown, Slot>();
  /** Keys of the base that were removed and set again. */
  readonly #moved = new Set<unknown>();
  size: number;
  /** What takes its place after a commit or a `clear`: loops that still run go on there. */
  next: KeyedChanges | undefined = undefined;
  /** What a commit has made of keys that were user objects or drafts. */
  committedKeys: Map<unknown, Node> | undefined = undefined;

  constructor(base: KeyedBase) {
    this.#base = base;
    this.size = base.size;
  }

  /**
   * The changed value, REMOVED, or undefined where the base still speaks (`isChanged` tells it from a set `undefined`).
   */
  get(key: unknown): Slot {
    return this.#changes.get(key);
  }

  isChanged(key: unknown): boolean {
    return this.#changes.has(key);
  }

  has(key: unknown): boolean {
    return this.#changes.has(key) ? this.#changes.get(key) !== REMOVED : this.#base.has(key as Node);
  }

  set(key: unknown, slot: Slot): void {
    if (!this.has(key)) this.size += 1;
    if (this.#changes.get(key) === REMOVED) {
      this.#changes.delete(key);
      this.#moved.add(key);
    }
    this.#changes.set(key, slot);
  }

  delete(key: unknown): boolean {
    if (!this.has(key)) return false;
    this.size -= 1;
    this.#changes.delete(key);
    this.#moved.delete(key);
    if (this.#base.has(key as Node)) this.#changes.set(key, REMOVED);
    return true;
  }

  /** Keys in order, as they are known to the draft. Goes on over keys that are added meanwhile, as a Map does. */
  *keys(): IterableIterator<unknown> {
    for (const key of this.#base.keys()) {
      if (this.#changes.get(key) !== REMOVED && !this.#moved.has(key)) yield key;
    }
    yield* this.added();
  }

  /** The keys that come after those of the base. */
  *added(): IterableIterator<unknown> {
    for (const [key, slot] of this.#changes) {
      if (slot !== REMOVED && (!this.#base.has(key as Node) || this.#moved.has(key))) yield key;
    }
  }

  /** The changes in an order that, applied one by one to the base, gives the same Map. */
  *entries(): IterableIterator<[unknown, Slot]> {
    for (const key of this.#moved) yield [key, REMOVED];
    yield* this.#changes;
  }
}

/**
 * Keys in order, also for a loop that goes on over commits and `clear`: what is gone by then is left out, what was
 * added since comes last.
 */
export function* liveKeys(current: () => KeyedChanges): IterableIterator<unknown> {
  let changes: KeyedChanges | undefined = current();
  let keys = changes.keys();
  while (changes !== undefined) {
    for (const known of keys) {
      const key = changes.committedKeys?.get(known) ?? known;
      if (current() === changes || current().has(key)) yield key;
    }
    changes = changes.next;
    if (changes !== undefined) keys = changes.added();
  }
}
