import { REMOVED } from "../data/entries.ts";
import { MapNode } from "../data/map-node.ts";
import { isNode, type Node } from "../data/node.ts";
import { entryPath } from "../data/path.ts";
import { toPlain } from "../data/to-plain.ts";
import type { Commit } from "./commit.ts";
import { Draft, type DraftParent, type DraftScope } from "./draft.ts";
import { KeyedChanges, liveKeys } from "./keyed-changes.ts";
import { mapView, type KeyedSource } from "./keyed-proxy.ts";
import { readonlyView } from "./readonly-view.ts";
import { draftOf, slotValue, toSlot } from "./slots.ts";

/** The writable view of a Map. Object keys are read-only; values are drafts like any other. */
export class MapDraft extends Draft implements KeyedSource {
  base: MapNode;
  readonly view: object;
  /** What the changes count from: the base, or an empty Map after `clear`. */
  #from: MapNode;
  #changes: KeyedChanges;
  /** Drafts of values that were only read so far, by key. */
  #children = new Map<unknown, Draft>();

  constructor(base: MapNode, scope: DraftScope, parent: DraftParent) {
    super(scope, parent);
    this.base = base;
    this.#from = base;
    this.#changes = new KeyedChanges(base);
    this.view = mapView(this);
  }

  get size(): number {
    return this.scope.isOpen ? this.#changes.size : this.base.size;
  }

  has(key: unknown): boolean {
    return this.scope.isOpen ? this.#changes.has(key) : this.base.has(key as Node);
  }

  get(key: unknown): unknown {
    if (!this.scope.isOpen) return readonlyView(this.base.get(key as Node));
    const child = this.#children.get(key);
    if (child !== undefined) return child.view;
    const isChanged = this.#changes.isChanged(key);
    const slot = isChanged ? this.#changes.get(key) : this.#from.get(key as Node);
    if (slot === REMOVED) return undefined;
    const draft = draftOf(slot, this.scope, this);
    if (draft === undefined) return slotValue(slot);
    this.#children.set(key, draft);
    return draft.view;
  }

  *keys(): IterableIterator<unknown> {
    for (const key of this.scope.isOpen ? liveKeys(() => this.#changes) : this.base.keys()) yield keyValue(key);
  }

  set(key: unknown, value: unknown): void {
    const slot = toSlot(value, this.scope);
    this.beforeWrite();
    if (typeof key === "object" && key !== null) this.scope.hasFresh = true;
    this.#children.delete(key);
    this.#changes.set(key, slot);
  }

  add(): never {
    throw new TypeError("A Map has no add.");
  }

  delete(key: unknown): boolean {
    this.beforeWrite();
    this.#children.delete(key);
    return this.#changes.delete(key);
  }

  clear(): void {
    this.beforeWrite();
    this.#children.clear();
    this.#countFrom(MapNode.of([]));
  }

  finalize(commit: Commit, path: string): Node {
    const changes: [Node, Node | typeof REMOVED][] = [];
    const kept = new Map<unknown, Draft>();
    for (const [key, slot] of this.#changes.entries()) {
      const keyNode = commit.node(key, undefined, `${path} key`);
      if (keyNode !== key && !commit.isPreview) (this.#changes.committedKeys ??= new Map()).set(key, keyNode);
      if (slot === REMOVED) {
        changes.push([keyNode, REMOVED]);
        continue;
      }
      const child = this.#children.get(key) ?? slot;
      changes.push([keyNode, commit.node(child, this, entryPath(path, keyNode))]);
      if (child instanceof Draft && commit.keeps(child, this)) kept.set(keyNode, child);
    }
    for (const [key, child] of this.#children) {
      if (this.#changes.isChanged(key)) continue;
      if (child.modified) changes.push([key as Node, commit.node(child, this, entryPath(path, key))]);
      if (commit.keeps(child, this)) kept.set(key, child);
    }
    const node = this.#from.with(changes);
    if (!commit.isPreview) {
      this.#children = kept;
      this.#countFrom(node);
    }
    return node;
  }

  rebase(node: Node): void {
    this.base = node as MapNode;
  }

  #countFrom(from: MapNode): void {
    this.#from = from;
    this.#changes = this.#changes.next = new KeyedChanges(from);
  }

  override release(child: Draft): void {
    for (const [key, draft] of this.#children) if (draft === child) this.#children.delete(key);
  }

  override placeOf(child: Draft): string {
    for (const [key, draft] of this.#children) if (draft === child) return entryPath(this.place, key);
    return this.place;
  }

  inspect(): unknown {
    return toPlain(this.toNode());
  }
}

/** What user code sees of a key: objects read-only. */
export function keyValue(key: unknown): unknown {
  if (typeof key !== "object" || key === null) return key;
  if (key instanceof Draft) return key.view;
  return readonlyViewOrSelf(key);
}

function readonlyViewOrSelf(key: object): unknown {
  return isNode(key) ? readonlyView(key as Node) : key;
}
