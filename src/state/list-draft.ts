import { gapError, MAX_GAP } from "../data/list-gap.ts";
import { CHUNK_SIZE, ListNode } from "../data/list-node.ts";
import type { Node } from "../data/node.ts";
import { toPlain } from "../data/to-plain.ts";
import type { Commit } from "./commit.ts";
import { assertWritable, Draft, type DraftParent, type DraftScope, type Slot } from "./draft.ts";
import { listTraps, ListTarget } from "./list-proxy.ts";
import { readonlyView } from "./readonly-view.ts";
import { draftOf, slotValue, toSlot } from "./slots.ts";

/**
 * How a list draft holds its items: in chunks that keep their places, so that the next version can be compared chunk by
 * chunk.
 */
interface ChunkedSlots {
  start: number;
  length: number;
  firstChunk: number;
  chunks: Slot[][];
  /** Chunks that are this draft's own copies, by position in `chunks`. */
  owned: boolean[];
}

/**
 * The writable view of an array. Reads, writes by index, and changes at both ends work on chunks and keep the lineage;
 * anything that moves items in the middle (splice, sort, reverse) turns the draft flat, and its commit starts a new
 * lineage.
 */
export class ListDraft extends Draft {
  base: ListNode;
  readonly view: unknown[];
  #chunked: ChunkedSlots | undefined;
  #flat: Slot[] | undefined;

  constructor(base: ListNode, scope: DraftScope, parent: DraftParent) {
    super(scope, parent);
    this.base = base;
    this.view = new Proxy(new ListTarget(this), listTraps);
  }

  get length(): number {
    if (!this.scope.isOpen) return this.base.length;
    return this.#flat?.length ?? this.#chunked?.length ?? this.base.length;
  }

  read(index: number): unknown {
    if (index < 0 || index >= this.length) return undefined;
    const slot = this.slotAt(index);
    if (typeof slot !== "object" || slot === null) return slot;
    if (!this.scope.isOpen) return readonlyView(slot as Node);
    const draft = draftOf(slot, this.scope, this);
    if (draft === undefined) return slotValue(slot);
    this.#put(index, draft);
    return draft.view;
  }

  /** What stands at `index`, for comparing: no draft is made. */
  slotAt(index: number): Slot {
    if (!this.scope.isOpen) return this.base.get(index);
    if (this.#flat !== undefined) return this.#flat[index];
    const chunked = this.#chunked;
    if (chunked === undefined) return this.base.get(index);
    const position = chunked.start + index;
    const chunk = Math.floor(position / CHUNK_SIZE);
    return chunked.chunks[chunk - chunked.firstChunk]![position - chunk * CHUNK_SIZE];
  }

  write(index: number, value: unknown): void {
    this.#assertReach(index, `[${index}]`);
    const slot = toSlot(value, this.scope);
    this.beforeWrite();
    if (index < this.length) return this.#put(index, slot);
    for (let gap = this.length; gap < index; gap += 1) this.#append(undefined);
    this.#append(slot);
  }

  setLength(length: number): void {
    if (length >>> 0 !== length) throw new RangeError("Invalid array length");
    this.#assertReach(length, ".length");
    this.beforeWrite();
    while (this.length < length) this.#append(undefined);
    if (this.#flat !== undefined) this.#flat.length = length;
    else while (this.length > length) this.#dropLast();
  }

  push(values: unknown[]): number {
    this.beforeWrite();
    for (const value of values) this.#append(toSlot(value, this.scope));
    return this.length;
  }

  pop(): unknown {
    this.beforeWrite();
    if (this.length === 0) return undefined;
    const value = this.#take(this.length - 1);
    if (this.#flat !== undefined) this.#flat.pop();
    else this.#dropLast();
    return value;
  }

  shift(): unknown {
    this.beforeWrite();
    if (this.length === 0) return undefined;
    const value = this.#take(0);
    if (this.#flat !== undefined) this.#flat.shift();
    else this.#dropFirst(1);
    return value;
  }

  unshift(values: unknown[]): number {
    this.beforeWrite();
    for (let i = values.length - 1; i >= 0; i -= 1) this.#prepend(toSlot(values[i], this.scope));
    return this.length;
  }

  splice(start: number, deleteCount: number, values: unknown[]): unknown[] {
    this.beforeWrite();
    const removed: unknown[] = [];
    for (let i = start; i < start + deleteCount; i += 1) removed.push(this.#take(i));
    if (this.#flat === undefined && start + deleteCount === this.length) {
      for (let i = 0; i < deleteCount; i += 1) this.#dropLast();
      this.push(values);
    } else if (this.#flat === undefined && start === 0) {
      this.#dropFirst(deleteCount);
      this.unshift(values);
    } else {
      // Element by element would be quadratic, and spreading many values overflows the stack.
      const flat = this.#flatten();
      const slots = values.map((value) => toSlot(value, this.scope));
      if (slots.length < 10_000) flat.splice(start, deleteCount, ...slots);
      else this.#flat = flat.slice(0, start).concat(slots, flat.slice(start + deleteCount));
    }
    return removed;
  }

  /** Puts all items into another order; `order` gets what user code sees of them. */
  reorder(order: (values: unknown[]) => unknown[]): void {
    this.beforeWrite();
    const values: unknown[] = [];
    for (let i = 0; i < this.length; i += 1) values.push(this.read(i));
    this.#flat = order(values).map((value) => toSlot(value, this.scope));
    this.#chunked = undefined;
  }

  finalize(commit: Commit, path: string): Node {
    if (this.#flat !== undefined) {
      const flat = this.#flat;
      const node = ListNode.of(flat.map((_, index) => this.#finalizeSlot(flat, index, commit, path, index)));
      // The new lineage is what later windows build on.
      if (!commit.isPreview) this.#toChunks(node, flat);
      return node;
    }
    const chunked = this.#chunked;
    if (chunked === undefined) return this.base;
    const chunks = chunked.chunks.map((chunk, at) =>
      chunked.owned[at] ? this.#finalizeChunk(chunked, at, commit, path) : (chunk as Node[]),
    );
    return new ListNode(chunked.start, chunked.length, chunked.firstChunk, chunks, this.base.lineage);
  }

  rebase(node: Node): void {
    this.base = node as ListNode;
  }

  override release(child: Draft): void {
    for (const chunk of this.#chunked?.chunks ?? []) {
      const offset = chunk.indexOf(child);
      if (offset >= 0) chunk[offset] = child.base;
    }
  }

  override placeOf(child: Draft): string {
    for (let index = 0; index < this.length; index += 1)
      if (this.slotAt(index) === child) return `${this.place}[${index}]`;
    return this.place;
  }

  inspect(): unknown {
    return toPlain(this.toNode());
  }

  /** Throws where filling the places up to `index` would take long; `step` leads from the array there. */
  #assertReach(index: number, step: string): void {
    assertWritable(this.scope);
    if (index - this.length > MAX_GAP) throw gapError(this.place + step, "would leave");
  }

  #finalizeChunk(chunked: ChunkedSlots, at: number, commit: Commit, path: string): Node[] {
    const slots = chunked.chunks[at]!;
    const first = (chunked.firstChunk + at) * CHUNK_SIZE - chunked.start;
    const before = this.base.chunks[chunked.firstChunk + at - this.base.firstChunk];
    const nodes = slots.slice() as Node[];
    let same = before?.length === slots.length;
    let hasDraft = false;
    for (let offset = 0; offset < slots.length; offset += 1) {
      const slot = slots[offset];
      // Of a chunk with one change, that is all the others. (0 may have become -0.)
      if (before !== undefined && slot === before[offset] && slot !== 0) continue;
      const index = first + offset;
      const node =
        index < 0
          ? undefined
          : typeof slot === "number" || typeof slot === "string"
            ? slot
            : this.#finalizeSlot(slots, offset, commit, path, index);
      nodes[offset] = node;
      if (same && !Object.is(node, before![offset])) same = false;
      hasDraft ||= slots[offset] instanceof Draft;
    }
    const chunk = same ? (before as Node[]) : nodes;
    // Without drafts in it, it is as committed until the next write: later commits need not look at it.
    if (!commit.isPreview && !hasDraft) {
      chunked.chunks[at] = chunk;
      chunked.owned[at] = false;
    }
    return chunk;
  }

  #finalizeSlot(slots: Slot[], offset: number, commit: Commit, path: string, index: number): Node {
    const slot = slots[offset];
    if (typeof slot !== "object" || slot === null) {
      return typeof slot === "function" || typeof slot === "symbol"
        ? commit.node(slot, this, `${path}[${index}]`)
        : (slot as Node);
    }
    const node = commit.node(slot, this, `${path}[${index}]`);
    if (!commit.isPreview && !(slot instanceof Draft && commit.keeps(slot, this))) slots[offset] = node;
    return node;
  }

  #own(): ChunkedSlots {
    return (this.#chunked ??= {
      start: this.base.start,
      length: this.base.length,
      firstChunk: this.base.firstChunk,
      chunks: this.base.chunks.slice() as Slot[][],
      owned: [],
    });
  }

  /** The chunk for an absolute position, as this draft's own. */
  #ownChunk(chunked: ChunkedSlots, chunk: number): Slot[] {
    const at = chunk - chunked.firstChunk;
    if (chunked.owned[at]) return chunked.chunks[at]!;
    chunked.owned[at] = true;
    return (chunked.chunks[at] = chunked.chunks[at]!.slice());
  }

  #put(index: number, slot: Slot): void {
    if (this.#flat !== undefined) {
      this.#flat[index] = slot;
      return;
    }
    const chunked = this.#own();
    const position = chunked.start + index;
    const chunk = Math.floor(position / CHUNK_SIZE);
    this.#ownChunk(chunked, chunk)[position - chunk * CHUNK_SIZE] = slot;
  }

  #append(slot: Slot): void {
    if (this.#flat !== undefined) {
      this.#flat.push(slot);
      return;
    }
    const chunked = this.#own();
    const position = chunked.start + chunked.length;
    const chunk = Math.floor(position / CHUNK_SIZE);
    if (chunked.chunks.length === 0) chunked.firstChunk = chunk;
    if (chunk - chunked.firstChunk === chunked.chunks.length) {
      chunked.owned[chunked.chunks.length] = true;
      chunked.chunks.push([]);
    }
    this.#ownChunk(chunked, chunk)[position - chunk * CHUNK_SIZE] = slot;
    chunked.length += 1;
  }

  #prepend(slot: Slot): void {
    if (this.#flat !== undefined) {
      this.#flat.unshift(slot);
      return;
    }
    const chunked = this.#own();
    if (chunked.length === 0) return this.#append(slot);
    const position = chunked.start - 1;
    const chunk = Math.floor(position / CHUNK_SIZE);
    if (chunk < chunked.firstChunk) {
      chunked.chunks.unshift(new Array<Slot>(CHUNK_SIZE).fill(undefined));
      chunked.owned.unshift(true);
      chunked.firstChunk = chunk;
    }
    this.#ownChunk(chunked, chunk)[position - chunk * CHUNK_SIZE] = slot;
    chunked.start = position;
    chunked.length += 1;
  }

  #dropLast(): void {
    const chunked = this.#own();
    const position = chunked.start + chunked.length - 1;
    const chunk = Math.floor(position / CHUNK_SIZE);
    chunked.length -= 1;
    if (position % CHUNK_SIZE === 0 || chunked.length === 0) {
      chunked.chunks.length = chunked.owned.length = chunk - chunked.firstChunk;
      if (chunked.length === 0) chunked.chunks.length = chunked.owned.length = 0;
    } else this.#ownChunk(chunked, chunk).length = position - chunk * CHUNK_SIZE;
  }

  #dropFirst(count: number): void {
    const chunked = this.#own();
    chunked.start += count;
    chunked.length -= count;
    const gone = Math.min(Math.floor(chunked.start / CHUNK_SIZE) - chunked.firstChunk, chunked.chunks.length);
    if (gone === 0 || chunked.length === 0) {
      if (chunked.length === 0) chunked.chunks.length = chunked.owned.length = 0;
      return;
    }
    chunked.chunks.splice(0, gone);
    chunked.owned.splice(0, gone);
    chunked.firstChunk += gone;
  }

  /** What user code gets for an item that leaves the list. */
  #take(index: number): unknown {
    const slot = this.slotAt(index);
    return draftOf(slot, this.scope, this)?.view ?? slotValue(slot);
  }

  #flatten(): Slot[] {
    if (this.#flat !== undefined) return this.#flat;
    const flat: Slot[] = [];
    for (let i = 0; i < this.length; i += 1) flat.push(this.slotAt(i));
    this.#chunked = undefined;
    return (this.#flat = flat);
  }

  /** Goes on in chunks after a flat commit, keeping the drafts that stand in the slots. */
  #toChunks(node: ListNode, flat: Slot[]): void {
    const chunks: Slot[][] = [];
    const owned: boolean[] = [];
    for (let i = 0; i < flat.length; i += CHUNK_SIZE) {
      chunks.push(flat.slice(i, i + CHUNK_SIZE));
      owned.push(true);
    }
    this.#flat = undefined;
    this.#chunked = { start: node.start, length: node.length, firstChunk: node.firstChunk, chunks, owned };
  }
}
