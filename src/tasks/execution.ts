import { ImmutableStateError } from "../base/errors.ts";
import type { Clock } from "../base/clock.ts";
import { mayAwait } from "../sessions/may-await.ts";
import { ObservedPromise } from "../sessions/observed-promise.ts";
import { runOutsideWindows, windowOf } from "../sessions/open-window.ts";
import type { Session } from "../sessions/session.ts";
import { makeTriggers } from "../sessions/triggers.ts";
import { committedResult, runWindow } from "../sessions/window.ts";
import type { AppHandle } from "../state/app-handle.ts";
import type { ProgressReport, TaskHandle } from "../state/background.ts";
import type { Snapshot } from "../state/snapshot.ts";
import type { StateClass } from "../state/state-context.ts";
import type { AnyFunction } from "../state/event-spec.ts";
import type { StateDefinition } from "../state/state-definition.ts";
import { readonlyState, type SnapshotReader } from "../state/snapshot-view.ts";
import type { Cancellation } from "./cancellation.ts";
import type { Sleeps } from "./sleeps.ts";

/** How a method has settled. */
export type Settled = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

/** What the executions of a task have in common. */
export interface ExecutedKind {
  readonly definition: StateDefinition;
  readonly clock: Clock;
  readonly sleeps: Sleeps;
}

/** The run that an execution is of. */
export interface ExecutedRun {
  readonly id: string;
  readonly name: string;
  readonly owner: Session;
  readonly attempt: number;
  report(progress: ProgressReport): void;
  /** The method has thrown. Told at once; `settled` follows. */
  threw(error: unknown): void;
  /** One of its lock windows or listeners failed, and nobody looked. */
  failedBeside(error: unknown, what: string): void;
  /** The method has settled, and no lock window of it is pending. */
  settled(settled: Settled): void;
}

/**
 * One execution of a background task's method: its `this`, its snapshot and its lock windows.
 *
 * Life: `start` → running → ended, when the method has settled and no lock window of it is pending; or let go by its run, which is then over.
 */
export class Execution implements SnapshotReader, TaskHandle {
  readonly session: Session;
  /** As of the start or of the last lock window. */
  snapshot: Snapshot;
  readonly #run: ExecutedRun;
  readonly #kind: ExecutedKind;
  readonly #cancellation: Cancellation;
  /** The method, and lock windows that were asked for: ended when none is left. */
  #pending = 0;
  #settled: Settled | undefined;
  #isOver = false;
  /** The run was told. Windows of a branch that was left running end later, and are of no attempt any more. */
  #isTold = false;
  /** Takes the newest commit. Only while a window holds the lock, or has just given it back: else it would be somebody else's. */
  readonly #refresh = (): void => {
    this.snapshot = this.session.snapshot;
  };

  constructor(run: ExecutedRun, kind: ExecutedKind, cancellation: Cancellation) {
    this.#run = run;
    this.session = run.owner;
    this.snapshot = run.owner.snapshot;
    this.#kind = kind;
    this.#cancellation = cancellation;
  }

  get id(): string {
    return this.#run.id;
  }

  get name(): string {
    return this.#run.name;
  }

  get attempt(): number {
    return this.#run.attempt;
  }

  /** Runs the method. What it throws, now or later, harms nothing else. */
  start(method: AnyFunction, args: readonly unknown[]): void {
    const self = readonlyState(this.#kind.definition, this);
    this.#pending += 1;
    void runOutsideWindows(() =>
      (method.apply(self, args as unknown[]) as Promise<unknown>).then(
        (value) => {
          this.#settled = { ok: true, value };
          this.#settle();
        },
        (error: unknown) => {
          this.#settled = { ok: false, error };
          this.#run.threw(error);
          this.#settle();
        },
      ),
    );
  }

  /** The run is over, whatever the method still does. */
  letGo(): void {
    this.#isOver = true;
  }

  get signal(): AbortSignal {
    return this.#cancellation.signal;
  }

  get connected(): boolean {
    return this.session.presence.isPresent;
  }

  report(progress: ProgressReport): void {
    this.#cancellation.assertGoesOn();
    if (!this.#isOver) this.#run.report(progress);
  }

  sleep(ms: number): Promise<void> {
    const nested = windowOf(this.session);
    if (nested !== undefined) {
      const error = new ImmutableStateError(
        `${this.name} sleeps while ${nested.name} holds the lock: the page's events would wait for it. Sleep outside the lock window.`,
      );
      return this.#observe(Promise.reject(error));
    }
    if (typeof ms !== "number" || Number.isNaN(ms))
      return this.#observe(Promise.reject(new TypeError("sleep() takes a number of milliseconds.")));
    const refused = this.#cancellation.refuse<void>();
    if (refused !== undefined) return this.#observe(refused);
    return this.#kind.sleeps.sleep(ms, this.#cancellation, !this.#isOver, this.#reportUnseen);
  }

  lock(definition: StateDefinition, change: unknown): Promise<unknown> {
    if (typeof change !== "function")
      return this.#observe(
        Promise.reject(new TypeError("lock() takes a function: await this.lock((self) => { ... }).")),
      );
    const nested = windowOf(this.session);
    if (nested !== undefined) return this.#observe(Promise.reject(this.#nestedError(nested.name)));
    const refused = this.#cancellation.refuse<unknown>();
    if (refused !== undefined) return this.#observe(refused);
    const { lock } = this.session;
    if (lock.tryAcquire("window", this)) {
      let result: unknown;
      try {
        result = this.#window(definition, change as (self: object) => unknown);
      } catch (error) {
        return this.#observe(Promise.reject(error));
      }
      return result instanceof Promise ? this.#track(result) : Promise.resolve(result);
    }
    return this.#observe(this.#windowLater(definition, change as (self: object) => unknown));
  }

  // --- what the read-only view asks for ---

  definitionOf(state: StateClass): StateDefinition {
    return this.session.definitionOf(state);
  }

  get app(): AppHandle {
    return this.session.app;
  }

  trigger(definition: StateDefinition): unknown {
    return makeTriggers(this.session, definition, undefined, this.#cancellation);
  }

  get task(): TaskHandle {
    return this;
  }

  /** Runs a lock window; the lock is held. */
  #window(definition: StateDefinition, change: (self: object) => unknown): unknown {
    try {
      const result = runWindow<unknown>(this.session, {
        name: this.name,
        mayAwait: mayAwait(change, definition),
        call: (transaction) => change(transaction.self(definition)),
        outcome: committedResult,
        waits: this.#cancellation,
        ended: this.#refresh,
      });
      return result;
    } finally {
      this.#refresh();
    }
  }

  /** Waits for the lock, and runs a lock window. The task has not ended before. */
  async #windowLater(definition: StateDefinition, change: (self: object) => unknown): Promise<unknown> {
    this.#pending += 1;
    try {
      const waiting = this.session.lock.enqueue("window", this);
      this.#cancellation.add(waiting);
      try {
        await waiting.promise;
      } finally {
        this.#cancellation.remove(waiting);
      }
      const result = this.#window(definition, change);
      return result instanceof Promise ? await result : result;
    } finally {
      this.#settle();
    }
  }

  /** Counts a window that ends later: the task has not ended before. */
  #track(window: Promise<unknown>): Promise<unknown> {
    this.#pending += 1;
    return this.#observe(this.#follow(window));
  }

  async #follow(window: Promise<unknown>): Promise<unknown> {
    try {
      return await window;
    } finally {
      this.#settle();
    }
  }

  /** A window (or sleep) whose error nobody looks at is reported as this task's, and is never an unhandled rejection. */
  #observe<T>(promise: Promise<T>): Promise<T> {
    return ObservedPromise.of(promise, this.#kind.clock, this.#reportUnseen);
  }

  readonly #reportUnseen = (error: unknown): void => {
    if (!this.#cancellation.explains(error))
      this.#run.failedBeside(error, "has a lock() or sleep() that was not awaited, and that failed");
  };

  #settle(): void {
    this.#pending -= 1;
    if (this.#pending > 0 || this.#isTold) return;
    this.#isOver = this.#isTold = true;
    this.#run.settled(this.#settled!);
  }

  #nestedError(holder: string): ImmutableStateError {
    return new ImmutableStateError(
      `${this.name} calls lock() while ${holder} holds the lock in the same flow: it would wait for itself for ever. ` +
        "Write through the window's self instead, or call lock() after the window has ended.",
    );
  }
}
