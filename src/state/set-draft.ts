import { REMOVED } from "../data/entries.ts";
import type { Node } from "../data/node.ts";
import { SetNode } from "../data/set-node.ts";
import { toPlain } from "../data/to-plain.ts";
import type { Commit } from "./commit.ts";
import { Draft, type DraftParent, type DraftScope } from "./draft.ts";
import { KeyedChanges, liveKeys, type KeyedBase } from "./keyed-changes.ts";
import { setView, type KeyedSource } from "./keyed-proxy.ts";
import { keyValue } from "./map-draft.ts";

const asBase = (node: SetNode): KeyedBase => ({
  size: node.size,
  has: (key) => node.has(key),
  keys: () => node.values(),
});

/** The writable view of a Set. Object members are read-only: delete one and add another. */
export class SetDraft extends Draft implements KeyedSource {
  base: SetNode;
  readonly view: object;
  /** What the changes count from: the base, or an empty Set after `clear`. */
  #from: SetNode;
  #changes: KeyedChanges;

  constructor(base: SetNode, scope: DraftScope, parent: DraftParent) {
    super(scope, parent);
    this.base = base;
    this.#from = base;
    this.#changes = new KeyedChanges(asBase(base));
    this.view = setView(this);
  }

  get size(): number {
    return this.scope.isOpen ? this.#changes.size : this.base.size;
  }

  has(member: unknown): boolean {
    return this.scope.isOpen ? this.#changes.has(member) : this.base.has(member as Node);
  }

  get(): undefined {
    return undefined;
  }

  *keys(): IterableIterator<unknown> {
    for (const member of this.scope.isOpen ? liveKeys(() => this.#changes) : this.base.values()) yield keyValue(member);
  }

  set(): never {
    throw new TypeError("A Set has no set.");
  }

  add(member: unknown): void {
    this.beforeWrite();
    if (this.#changes.has(member)) return;
    if (typeof member === "object" && member !== null) this.scope.hasFresh = true;
    this.#changes.set(member, true);
  }

  delete(member: unknown): boolean {
    this.beforeWrite();
    return this.#changes.delete(member);
  }

  clear(): void {
    this.beforeWrite();
    this.#countFrom(SetNode.of([]));
  }

  finalize(commit: Commit, path: string): Node {
    const changes: [Node, true | typeof REMOVED][] = [];
    for (const [member, slot] of this.#changes.entries()) {
      const memberNode = commit.node(member, undefined, `${path} member`);
      if (memberNode !== member && !commit.isPreview)
        (this.#changes.committedKeys ??= new Map()).set(member, memberNode);
      changes.push([memberNode, slot === REMOVED ? REMOVED : true]);
    }
    const node = this.#from.with(changes);
    if (!commit.isPreview) this.#countFrom(node);
    return node;
  }

  rebase(node: Node): void {
    this.base = node as SetNode;
  }

  inspect(): unknown {
    return toPlain(this.toNode());
  }

  #countFrom(from: SetNode): void {
    this.#from = from;
    this.#changes = this.#changes.next = new KeyedChanges(asBase(from));
  }
}
