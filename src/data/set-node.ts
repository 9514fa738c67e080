import { Entries, type MapChange } from "./map-node.ts";
import type { Node } from "./node.ts";

/** A committed Set. Members may be any node; objects are members by identity. */
export class SetNode {
  readonly entriesNode: Entries<true>;

  constructor(entries: Entries<true>) {
    this.entriesNode = entries;
  }

  static of(members: Iterable<Node>): SetNode {
    const base = new Map<Node, true>();
    for (const member of members) base.set(member, true);
    return new SetNode(Entries.of(base));
  }

  get size(): number {
    return this.entriesNode.size;
  }

  has(member: Node): boolean {
    return this.entriesNode.has(member);
  }

  *values(): IterableIterator<Node> {
    for (const [member] of this.entriesNode) yield member;
  }

  /** The next version, changes applied in order. */
  with(changes: readonly MapChange<true>[]): SetNode {
    return new SetNode(this.entriesNode.with(changes));
  }
}
