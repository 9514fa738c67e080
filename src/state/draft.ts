import type { Node } from "../data/node.ts";
import { ImmutableStateError } from "../base/errors.ts";
import { computedWriteError } from "./computed.ts";
import type { Commit } from "./commit.ts";
import type { ViewTarget } from "./view-target.ts";

/**
 * What a slot of a draft holds: a committed node, the draft of one, or what user code has put there (checked at
 * commit).
 */
export type Slot = unknown;

/** What all drafts of one transaction share. */
export interface DraftScope {
  /** False once the lock window is over: drafts then read what was committed, and refuse writes. */
  readonly isOpen: boolean;
  /** Above 0 while a computed var runs: writing is refused. */
  readonly computing: number;
  /** Counts writes. */
  writes: number;
  /** Whether user objects were put in since the last commit: user code can change those unseen. */
  hasFresh: boolean;
  /**
   * Whether committed objects from elsewhere (another snapshot's, another session's) were put in since the last commit.
   */
  hasForeign: boolean;
  /** Dates that were written: what they show is their own until the end. */
  writtenDates: Set<{ realign(): void }> | undefined;
  /** The node of a draft's present content, without committing anything. */
  preview(draft: Draft): Node;
  /** The draft of a committed object, for the slot of `parent` that holds it. */
  makeDraft(node: Node & object, parent: DraftParent): Draft;
}

/** Anything that holds drafts in its slots and must be committed when one of them is. */
export interface DraftParent {
  readonly modified: boolean;
  markModified(): void;
  /** The path of the slot that holds `child`; its own where none does any more. */
  placeOf(child: Draft): string;
  /** Puts the committed node where `child`, which was not written and has gone to another parent, stood. */
  release(child: Draft): void;
}

/**
 * The writable view of one node within one transaction.
 *
 * Life: made when its slot is first read (`base` is the node, nothing copied) → `modified` by the first write in it or
 * below it, which marks its parents too → at commit `finalize` gives the next node, and `base` becomes that node once
 * the whole commit has succeeded. A transaction that goes on after its commit (a `yield`) keeps its drafts, so that
 * what was read stays writable.
 */
export abstract class Draft implements ViewTarget, DraftParent {
  readonly scope: DraftScope;
  /** Who holds this draft; the last parent to adopt it at a commit. */
  parent: DraftParent | undefined;
  modified = false;
  /** The commit that last visited it: it is finalized once, wherever it stands. */
  visitedBy: Commit | undefined = undefined;
  /**
   * The commit that last gave it to a parent, and the one that last left it in a slot: where else it stands is another
   * value from then on.
   */
  adoptedBy: Commit | undefined = undefined;
  keptBy: Commit | undefined = undefined;
  /** What that commit made of it. */
  finalized: Node = undefined;

  constructor(scope: DraftScope, parent: DraftParent | undefined) {
    this.scope = scope;
    this.parent = parent;
  }

  /** What user code holds. */
  abstract readonly view: object;
  /** The committed node. */
  abstract readonly base: Node;
  /** The node of the present content; `commit` collects what happens once all of it has succeeded. */
  abstract finalize(commit: Commit, path: string): Node;
  /** Called when the commit that made `node` has succeeded. */
  abstract rebase(node: Node): void;

  markModified(): void {
    if (this.modified) return;
    this.modified = true;
    this.parent?.markModified();
  }

  /** Has no children, unless it says otherwise. */
  release(_child: Draft): void {}

  placeOf(_child: Draft): string {
    return this.place;
  }

  /** Where it stands, as a path. */
  get place(): string {
    return this.parent?.placeOf(this) ?? "a part of the state";
  }

  /** Call before every write. */
  beforeWrite(): void {
    assertWritable(this.scope);
    this.scope.writes += 1;
    this.markModified();
  }

  toNode(): Node {
    return this.modified && this.scope.isOpen ? this.scope.preview(this) : this.base;
  }
}

/** Throws where a write is not allowed: after the window, or inside a computed var. */
export function assertWritable(scope: DraftScope): void {
  if (!scope.isOpen) {
    throw new ImmutableStateError(
      "This part of the state was kept after its lock window (or handler) had ended: it can be read, not written. " +
        "Write inside a new window: await this.lock((self) => { ... }).",
    );
  }
  if (scope.computing > 0) {
    throw computedWriteError();
  }
}
