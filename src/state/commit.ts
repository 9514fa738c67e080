import { copyIn } from "../data/copy-in.ts";
import { isNode, type Node } from "../data/node.ts";
import { Draft, type DraftParent, type Slot } from "./draft.ts";
import { StateSerializationError } from "../base/errors.ts";
import { viewTarget } from "./view-target.ts";

/**
 * One attempt to turn a transaction's drafts into nodes. Nothing that user code can see changes before `succeed`:
 * a value that can't be carried throws on the way and leaves all committed nodes as they were.
 */
export class Commit {
  /** A preview only reads: drafts are neither adopted nor rebased. */
  readonly isPreview: boolean;
  #rebased: Draft[] = [];
  #open: Draft[] = [];

  constructor(isPreview: boolean) {
    this.isPreview = isPreview;
  }

  /** The node for what a slot of `parent` holds; without one, for a key or member, which is no place for a draft to live in. */
  node(slot: Slot, parent: DraftParent | undefined, path: string): Node {
    if (typeof slot !== "object" || slot === null) {
      return typeof slot === "function" || typeof slot === "symbol" ? copyIn(slot, path) : (slot as Node);
    }
    if (slot instanceof Draft) return this.draft(slot, parent, path);
    if (isNode(slot)) return slot as Node;
    return copyIn(slot, path, (value) => this.#resolve(value, path));
  }

  /** Whether `draft` stays in the slot of `parent` that holds it: in one slot only, so that two places are two values from then on. */
  keeps(draft: Draft, parent: DraftParent): boolean {
    if (this.isPreview) return true;
    if (draft.parent !== parent || draft.keptBy === this) return false;
    draft.adoptedBy = this;
    draft.keptBy = this;
    return true;
  }

  draft(draft: Draft, parent: DraftParent | undefined, path: string): Node {
    if (this.#open.includes(draft)) throw new StateSerializationError(path, "holds itself: a cycle can't be carried.");
    if (!this.isPreview && parent !== undefined) this.#adopt(draft, parent);
    if (draft.visitedBy === this) return draft.finalized;
    if (!draft.modified) {
      draft.visitedBy = this;
      return (draft.finalized = draft.base);
    }
    this.#open.push(draft);
    const node = draft.finalize(this, path);
    this.#open.pop();
    draft.visitedBy = this;
    draft.finalized = node;
    if (!this.isPreview) this.#rebased.push(draft);
    return node;
  }

  /** All of it has become nodes: drafts now stand for what was committed. */
  succeed(): void {
    for (const draft of this.#rebased) {
      draft.modified = false;
      draft.rebase(draft.finalized);
    }
  }

  /** The first slot that a commit finds a draft in is its place from then on. */
  #adopt(draft: Draft, parent: DraftParent): void {
    if (draft.adoptedBy === this) return;
    draft.adoptedBy = this;
    // A parent that was not written is not part of this commit, and would go on holding it.
    if (draft.parent !== parent && draft.parent?.modified === false) draft.parent.release(draft);
    draft.parent = parent;
  }

  #resolve(value: object, path: string): Node | undefined {
    const target = viewTarget(value);
    if (target === undefined) return undefined;
    return target instanceof Draft && target.scope.isOpen ? this.draft(target, undefined, path) : target.toNode();
  }
}
