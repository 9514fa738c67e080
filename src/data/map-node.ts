import { Entries, type KeyChange } from "./entries.ts";
import type { Node } from "./node.ts";

/** A committed Map. Keys may be any node; objects are keys by identity. */
export class MapNode {
  readonly table: Entries<Node>;

  constructor(table: Entries<Node>) {
    this.table = table;
  }

  static of(entries: Iterable<readonly [Node, Node]>): MapNode {
    return new MapNode(Entries.of(entries));
  }

  get size(): number {
    return this.table.size;
  }

  has(key: Node): boolean {
    return this.table.has(key);
  }

  get(key: Node): Node {
    return this.table.get(key);
  }

  *keys(): IterableIterator<Node> {
    for (const [key] of this.table) yield key;
  }

  entries(): IterableIterator<[Node, Node]> {
    return this.table[Symbol.iterator]();
  }

  /** The next version, changes applied in order. */
  with(changes: Iterable<KeyChange<Node>>): MapNode {
    return new MapNode(this.table.with(changes));
  }
}
