import { Entries, type KeyChange } from "./entries.ts";
import type { Node } from "./node.ts";

/** A committed Set. Members may be any node; objects are members by identity. */
export class SetNode {
  readonly table: Entries<true>;

  constructor(table: Entries<true>) {
    this.table = table;
  }

  static of(members: Iterable<Node>): SetNode {
    return new SetNode(Entries.of(Array.from(members, (member) => [member, true] as const)));
  }

  get size(): number {
    return this.table.size;
  }

  has(member: Node): boolean {
    return this.table.has(member);
  }

  *values(): IterableIterator<Node> {
    for (const [member] of this.table) yield member;
  }

  /** The next version, changes applied in order. */
  with(changes: Iterable<KeyChange<true>>): SetNode {
    return new SetNode(this.table.with(changes));
  }
}
