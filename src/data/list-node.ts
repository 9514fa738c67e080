import type { Node } from "./node.ts";

/** How many items a chunk holds. */
export const CHUNK_SIZE = 256;

let lineages = 0;

/**
 * A number that no list (nor table of a Map or Set) has yet: two of one lineage hold the same item at the same absolute
 * position, unless it was written.
 */
export function nextLineage(): number {
  return (lineages += 1);
}

/**
 * A committed array. Items stand at absolute positions (`start + index`, which may be negative) in chunks of 256, so
 * that versions share chunks when items come and go at either end, and any two versions of one lineage are compared
 * chunk by chunk.
 */
export class ListNode {
  /** The absolute position of the first item. */
  readonly start: number;
  readonly length: number;
  /** The number of the first chunk; position `p` is in chunk `floor(p / 256)`. */
  readonly firstChunk: number;
  /** Never changed once here. The first chunk keeps unused places in front; the last is as long as it reaches. */
  readonly chunks: readonly (readonly Node[])[];
  readonly lineage: number;

  constructor(
    start: number,
    length: number,
    firstChunk: number,
    chunks: readonly (readonly Node[])[],
    lineage: number,
  ) {
    this.start = start;
    this.length = length;
    this.firstChunk = firstChunk;
    this.chunks = chunks;
    this.lineage = lineage;
  }

  /** A list of a lineage of its own. The array belongs to the list from then on. */
  static of(items: readonly Node[]): ListNode {
    const chunks: (readonly Node[])[] = [];
    if (items.length <= CHUNK_SIZE) {
      if (items.length > 0) chunks.push(items);
    } else {
      for (let at = 0; at < items.length; at += CHUNK_SIZE) chunks.push(items.slice(at, at + CHUNK_SIZE));
    }
    return new ListNode(0, items.length, 0, chunks, nextLineage());
  }

  /** The item at an index within bounds. */
  get(index: number): Node {
    const position = this.start + index;
    const chunk = Math.floor(position / CHUNK_SIZE);
    return this.chunks[chunk - this.firstChunk]![position - chunk * CHUNK_SIZE];
  }

  toArray(): Node[] {
    const items: Node[] = [];
    for (let at = 0; at < this.chunks.length; at += 1) {
      const first = (this.firstChunk + at) * CHUNK_SIZE;
      const chunk = this.chunks[at]!;
      for (let offset = Math.max(0, this.start - first); offset < chunk.length; offset += 1) items.push(chunk[offset]);
    }
    return items;
  }

  [Symbol.iterator](): IterableIterator<Node> {
    return this.toArray()[Symbol.iterator]();
  }
}
