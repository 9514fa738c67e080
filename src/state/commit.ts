import { copyIn } from "../data/copy-in.ts";
import { heightOf, tooDeepError } from "../data/height.ts";
import { MAX_DEPTH } from "../data/max-depth.ts";
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
  /**
   * Whether committed objects may have come into slots from elsewhere: those that were there before are as deep as they
   * were.
   */
  readonly #hasForeign: boolean;
  /** How many levels above the slot that is visited. */
  #depth = 0;
  /** Made when there is something for them: most commits have nothing but primitives. */
  #rebased: Draft[] | undefined = undefined;
  #open: Draft[] | undefined = undefined;

  constructor(isPreview: boolean, hasForeign: boolean) {
    this.isPreview = isPreview;
    this.#hasForeign = hasForeign;
  }

  /**
   * The node for what a slot of `parent` holds; without one, for a key or member, which is no place for a draft to live
   * in.
   */
  node(slot: Slot, parent: DraftParent | undefined, path: string): Node {
    if (typeof slot !== "object" || slot === null) {
      return typeof slot === "function" || typeof slot === "symbol" ? copyIn(slot, path) : (slot as Node);
    }
    if (slot instanceof Draft) {
      // One that was made of a committed object from elsewhere looks as if it had always been here.
      const isNew = slot.parent !== parent || this.#hasForeign;
      const node = this.draft(slot, parent, path);
      return isNew ? this.#fitting(node, path) : node;
    }
    if (isNode(slot)) return this.#hasForeign ? this.#fitting(slot as Node, path) : (slot as Node);
    return copyIn(slot, path, (value, depth) => this.#resolve(value, path, depth), this.#depth);
  }

  /**
   * Whether `draft` stays in the slot of `parent` that holds it: in one slot only, so that two places are two values
   * from then on.
   */
  keeps(draft: Draft, parent: DraftParent): boolean {
    if (this.isPreview) return true;
    if (draft.parent !== parent || draft.keptBy === this) return false;
    draft.adoptedBy = this;
    draft.keptBy = this;
    return true;
  }

  draft(draft: Draft, parent: DraftParent | undefined, path: string): Node {
    if (this.#open?.includes(draft) === true)
      throw new StateSerializationError(path, "holds itself: a cycle can't be carried.");
    if (this.#depth >= MAX_DEPTH) throw tooDeepError(path);
    if (!this.isPreview && parent !== undefined) this.#adopt(draft, parent);
    if (draft.visitedBy === this) return draft.finalized;
    if (!draft.modified) {
      draft.visitedBy = this;
      return (draft.finalized = draft.base);
    }
    (this.#open ??= []).push(draft);
    this.#depth += 1;
    const node = draft.finalize(this, path);
    this.#depth -= 1;
    this.#open.pop();
    draft.visitedBy = this;
    draft.finalized = node;
    if (!this.isPreview) (this.#rebased ??= []).push(draft);
    return node;
  }

  /** All of it has become nodes: drafts now stand for what was committed. */
  succeed(): void {
    for (const draft of this.#rebased ?? []) {
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

  /** A node that is new to the slot, unless it is too deep there. */
  #fitting(node: Node, path: string): Node {
    if (this.#depth + heightOf(node) > MAX_DEPTH) throw tooDeepError(path);
    return node;
  }

  /** The node behind a view that stands in a user's object, `depth` levels down. */
  #resolve(value: object, path: string, depth: number): Node | undefined {
    const target = viewTarget(value);
    if (target === undefined) return undefined;
    if (!(target instanceof Draft) || !target.scope.isOpen) return target.toNode();
    const outer = this.#depth;
    this.#depth = depth;
    const node = this.draft(target, undefined, path);
    this.#depth = outer;
    return node;
  }
}
