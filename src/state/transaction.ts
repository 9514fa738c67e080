import { ImmutableStateError } from "../base/errors.ts";
import { copyIn } from "../data/copy-in.ts";
import type { Node } from "../data/node.ts";
import { Commit } from "./commit.ts";
import {
  compute,
  isComputing,
  noteCached,
  noteRead,
  type CachedComputed,
  type ComputedSpec,
  type Dependency,
} from "./computed.ts";
import { Draft, type DraftParent, type DraftScope } from "./draft.ts";
import { makeDraft } from "./make-draft.ts";
import { readonlyView } from "./readonly-view.ts";
import type { Snapshot, StateValues } from "./snapshot.ts";
import type { StateClass, StateContext } from "./state-context.ts";
import type { StateDefinition } from "./state-definition.ts";
import { StateDraft } from "./state-draft.ts";
import { resolveView, viewTarget } from "./view-target.ts";

/** What a transaction needs of the session that it belongs to. */
export interface TransactionHost {
  /** @throws UnknownStateError for a class that the app does not have. */
  definitionOf(state: StateClass): StateDefinition;
  counterpartOf(definition: StateDefinition): StateDefinition;
  initialValues(definition: StateDefinition): StateValues;
  readonly app: unknown;
  /** The object that `this.trigger(S)` gives; what is called on it is added to `transaction.triggers`. */
  triggersOf(definition: StateDefinition, transaction: Transaction): object;
  /** The promise of a `lock()` inside the lock, which rejects: reported where nobody looks at it. */
  lockRefused(reason: Error): Promise<never>;
}

/** Something to start once the transaction is committed. */
export interface PendingTrigger {
  start(): void;
  /** It will never be started: what it belongs to was undone. */
  undo(): void;
}

/**
 * One run of code that holds the lock: gives writable states over a snapshot, and turns what was written into the next
 * one.
 *
 * Life: open → any number of `commit()`s (one for each `yield`, one at the end), after each of which all drafts stand
 * for what was committed → `close()`, after which kept views can be read and refuse writes. To undo, close without a
 * commit.
 */
export class Transaction implements DraftScope {
  isOpen = true;
  computing = 0;
  writes = 0;
  hasFresh = false;
  hasForeign = false;
  writtenDates: Set<{ realign(): void }> | undefined = undefined;
  /** Of a task's lock window: what it may wait for later rejects when the task is cancelled. Known to whoever runs tasks. */
  waits: unknown = undefined;
  /** What was triggered since the last commit, in order. */
  triggers: PendingTrigger[] = [];
  #base: Snapshot;
  readonly host: TransactionHost;
  readonly #contexts: WritableContext[] = [];
  #cache: Map<ComputedSpec, OwnComputed> | undefined;

  constructor(host: TransactionHost, base: Snapshot) {
    this.host = host;
    this.#base = base;
  }

  /** The snapshot that it began with, or its last commit. */
  get base(): Snapshot {
    return this.#base;
  }

  /** The writable view of a state: the same object whenever it is asked for. */
  self(declared: StateDefinition): object {
    const definition = this.host.counterpartOf(declared);
    for (const context of this.#contexts) if (context.definition === definition) return context.view;
    const context = new WritableContext(
      this,
      definition,
      new StateDraft(definition, this.#base.valuesOf(definition), this),
    );
    this.#contexts.push(context);
    return context.view;
  }

  /**
   * Makes what was written the next snapshot (the same one if nothing changed).
   *
   * @throws StateSerializationError for a value that can't be carried; nothing is committed then, and the transaction
   * can only be closed.
   */
  commit(): Snapshot {
    let changes: [StateDefinition, StateValues][] | undefined;
    let commit: Commit | undefined;
    for (const { draft } of this.#contexts) {
      if (!draft.modified) continue;
      commit ??= new Commit(false, this.hasForeign);
      const values = draft.finalize(commit);
      if (differ(values, draft.base)) (changes ??= []).push([draft.definition, values]);
    }
    if (commit === undefined) return this.#base;
    const next = changes === undefined ? this.#base : this.#base.withValues(changes);
    this.#carryComputed(next);
    commit.succeed();
    for (const { draft } of this.#contexts) draft.rebase(next.valuesOf(draft.definition));
    this.hasFresh = this.hasForeign = false;
    this.#base = next;
    return next;
  }

  close(): void {
    this.isOpen = false;
    for (const trigger of this.triggers) trigger.undo();
    for (const date of this.writtenDates ?? []) date.realign();
  }

  makeDraft(node: Node & object, parent: DraftParent): Draft {
    return makeDraft(node, this, parent);
  }

  preview(draft: Draft): Node {
    return new Commit(true, this.hasForeign).draft(draft, undefined, "");
  }

  /** A computed var as the transaction now has it. */
  computedValue(context: WritableContext, index: number): unknown {
    const spec = context.definition.computed[index]!;
    const known = this.#cache?.get(spec);
    if (known !== undefined && this.#isValid(known)) {
      noteCached(known);
      return shown(known, known.draft);
    }
    const committed = this.#base.cache.get(spec);
    // A part of the state is found again, where it can be written.
    if (committed !== undefined && !(committed.isPart && this.isOpen) && this.#isValid(committed)) {
      noteCached(committed);
      return shown(committed, undefined);
    }
    this.computing += 1;
    try {
      const path = `${context.definition.name}.${spec.name}`;
      let draft: Draft | undefined;
      const result = compute(spec, context.definition.name, context.view, (value) => {
        draft = this.#draftBehind(value);
        return copyIn(value, path, resolveView);
      });
      const isSettled = result.dependencies.every((dependency) => !(dependency.value instanceof Unsettled));
      const cached: OwnComputed = {
        ...result,
        version: this.#base.version,
        writes: isSettled ? -1 : this.writes,
        draft,
      };
      (this.#cache ??= new Map()).set(spec, cached);
      return shown(cached, draft);
    } finally {
      this.computing -= 1;
    }
  }

  #isValid(cached: CachedComputed): boolean {
    if (cached.writes >= 0 && (cached.writes !== this.writes || this.hasFresh)) return false;
    return cached.dependencies.every(({ definition, index, value }) => {
      if (definition === undefined) return value === this.#base.router;
      const draft = this.#draftOf(definition);
      if (value instanceof Unsettled) return value.draft === draft;
      if (draft === undefined) return Object.is(value, this.#base.valuesOf(definition)[index]);
      return draft.isSettled(index) && Object.is(value, settled(draft, index));
    });
  }

  /** What was computed last, on what has just been committed, need not be computed again. */
  #carryComputed(next: Snapshot): void {
    if (this.#cache === undefined) return;
    for (const [spec, { draft: _, ...cached }] of this.#cache) {
      if (!this.#isValid(cached)) continue;
      const dependencies = cached.dependencies.map((dependency): Dependency =>
        dependency.definition === undefined
          ? dependency
          : { ...dependency, value: next.valuesOf(dependency.definition)[dependency.index] },
      );
      next.cache.set(spec, { ...cached, dependencies, version: next.version, writes: -1 });
    }
    this.#cache = undefined;
  }

  #draftBehind(value: unknown): Draft | undefined {
    const target = typeof value === "object" && value !== null ? viewTarget(value) : undefined;
    return target instanceof Draft && target.scope === this && this.isOpen ? target : undefined;
  }

  #draftOf(definition: StateDefinition): StateDraft | undefined {
    for (const { draft } of this.#contexts) if (draft.definition === definition) return draft;
    return undefined;
  }
}

function differ(values: StateValues, others: StateValues): boolean {
  for (let index = 0; index < values.length; index += 1) if (!Object.is(values[index], others[index])) return true;
  return false;
}

/** A computed var as the transaction has computed it. */
interface OwnComputed extends CachedComputed {
  /** The draft that its value is, if it is one. */
  readonly draft: Draft | undefined;
}

/** What user code gets of a computed var: a part of the state by its draft, where there is one. */
function shown(cached: CachedComputed, draft: Draft | undefined): unknown {
  if (cached.failed) throw cached.error;
  return draft === undefined ? readonlyView(cached.value) : draft.view;
}

/** Stands, among what a computed var read, for a var whose content is being changed. */
class Unsettled {
  readonly draft: StateDraft;

  constructor(draft: StateDraft) {
    this.draft = draft;
  }
}

function settled(draft: StateDraft, index: number): unknown {
  const slot = draft.slotAt(index);
  return slot instanceof Draft ? slot.base : slot;
}

/** What stands behind a writable state. */
class WritableContext implements StateContext {
  readonly definition: StateDefinition;
  readonly draft: StateDraft;
  readonly view: object;
  readonly #transaction: Transaction;

  constructor(transaction: Transaction, definition: StateDefinition, draft: StateDraft) {
    this.#transaction = transaction;
    this.definition = definition;
    this.draft = draft;
    this.view = new definition.Writable(this);
  }

  read(index: number): unknown {
    if (isComputing())
      noteRead(
        this.definition,
        index,
        this.draft.isSettled(index) ? settled(this.draft, index) : new Unsettled(this.draft),
      );
    return this.draft.read(index);
  }

  write(index: number, value: unknown): void {
    this.draft.write(index, value);
  }

  computed(index: number): unknown {
    return this.#transaction.computedValue(this, index);
  }

  getState(state: StateClass): unknown {
    return this.#transaction.self(this.#transaction.host.definitionOf(state));
  }

  reset(): void {
    this.draft.reset(this.#transaction.host.initialValues(this.definition));
  }

  trigger(state: StateClass): unknown {
    if (!this.#transaction.isOpen) {
      throw new ImmutableStateError(
        "trigger was called on a self that was kept after its lock window (or handler) had ended. Trigger inside the window, or on the task's own `this`.",
      );
    }
    const { host } = this.#transaction;
    return host.triggersOf(this.definition.isOf(state) ? this.definition : host.definitionOf(state), this.#transaction);
  }

  get router(): unknown {
    const { router } = this.#transaction.base;
    noteRead(undefined, 0, router);
    return router;
  }

  get app(): unknown {
    return this.#transaction.host.app;
  }

  lock(): Promise<never> {
    return this.#transaction.host.lockRefused(
      new ImmutableStateError(
        "lock() was called on the self of a lock window (or in a handler): the lock is held already, and waiting for it would never end. Write through self directly.",
      ),
    );
  }

  get task(): never {
    throw new ImmutableStateError(
      "`task` belongs to the `this` of a background task, not to the self of a lock window (or a handler). Use this.task outside the window.",
    );
  }
}
