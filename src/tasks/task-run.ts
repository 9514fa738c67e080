import { ImmutableStateError, type CancelReason } from "../base/errors.ts";
import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";
import { mayAwait } from "../sessions/may-await.ts";
import { ObservedPromise } from "../sessions/observed-promise.ts";
import { runOutsideWindows, windowOf } from "../sessions/open-window.ts";
import type { Session } from "../sessions/session.ts";
import { makeTriggers } from "../sessions/triggers.ts";
import { committedResult, runWindow } from "../sessions/window.ts";
import type { AppHandle, BackgroundTask } from "../state/app-handle.ts";
import type { TaskHandle } from "../state/background.ts";
import type { EventSpec } from "../state/event-spec.ts";
import type { Snapshot } from "../state/snapshot.ts";
import type { StateClass } from "../state/state-context.ts";
import type { StateDefinition } from "../state/state-definition.ts";
import { readonlyState, type SnapshotReader } from "../state/snapshot-view.ts";
import { Cancellation, type CancellationObserver } from "./cancellation.ts";
import { Sleep } from "./sleep.ts";

/** What a run tells its surroundings. */
export interface TaskObserver {
  /** The task failed, or one of its forgotten lock windows did. */
  taskFailed(task: TaskRun, error: unknown, what: string): void;
  /** It went on after it was cancelled and its grace time was over. */
  taskAbandoned(task: TaskRun): void;
  /** It has ended or was abandoned: told once, last. */
  taskEnded(task: TaskRun): void;
}

/** What a run needs. */
export interface TaskParts {
  readonly id: string;
  readonly session: Session;
  readonly definition: StateDefinition;
  readonly event: EventSpec;
  readonly clock: Clock;
  /** How long a cancelled task may still take locks and sleep, in ms. */
  readonly cancelGraceMs: number;
  readonly observer: TaskObserver;
}

/**
 * One run of a background task.
 *
 * Life: `start` → running → (`cancel` → its waits reject once, then a grace time in which locks are granted again) → ended, when its method has
 * settled and no lock window of it is pending; or abandoned, when it goes on after the grace time: its locks are no longer granted.
 */
export class TaskRun implements SnapshotReader, BackgroundTask, TaskHandle, CancellationObserver {
  readonly id: string;
  readonly name: string;
  readonly session: Session;
  readonly event: EventSpec;
  readonly startedAt: number;
  /** As of the task's start or of its last lock window. */
  snapshot: Snapshot;
  readonly #definition: StateDefinition;
  readonly #clock: Clock;
  readonly #observer: TaskObserver;
  readonly #cancellation: Cancellation;
  /** Made when it is asked for. */
  #ended: Deferred<void> | undefined;
  /** The method, and lock windows that were asked for: ended when none is left. */
  #pending = 0;
  #isOver = false;
  /** Takes the newest commit. Only while a window holds the lock, or has just given it back: else it would be somebody else's. */
  readonly #refresh = (): void => {
    this.snapshot = this.session.snapshot;
  };

  constructor(parts: TaskParts) {
    this.id = parts.id;
    this.session = parts.session;
    this.event = parts.event;
    this.name = parts.definition.nameOf(parts.event);
    this.snapshot = parts.session.snapshot;
    this.startedAt = parts.clock.wallNow();
    this.#definition = parts.definition;
    this.#clock = parts.clock;
    this.#observer = parts.observer;
    this.#cancellation = new Cancellation(this.name, parts.clock, parts.cancelGraceMs, this);
  }

  get ended(): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    return (this.#ended ??= new Deferred<void>()).promise;
  }

  /** Runs the method. What it throws, now or later, is reported and harms nothing else. */
  start(args: readonly unknown[]): void {
    const self = readonlyState(this.#definition, this);
    this.#pending += 1;
    const done = (): void => this.#settle();
    void runOutsideWindows(() =>
      (this.event.method.apply(self, args as unknown[]) as Promise<unknown>).then(done, (error: unknown) => {
        this.#report(error, "failed");
        done();
      }),
    );
  }

  cancel(reason: CancelReason = "cancelled"): void {
    // Its listeners run at once, and are not of the window (a handler's, say) that cancels.
    if (!this.#isOver) runOutsideWindows(() => this.#cancellation.begin(reason));
  }

  /** Why it was cancelled, if it was. */
  get cancelReason(): CancelReason | undefined {
    return this.#cancellation.error?.reason;
  }

  get signal(): AbortSignal {
    return this.#cancellation.signal;
  }

  get connected(): boolean {
    return this.session.presence.isPresent;
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
    return new Sleep(this.#clock, this.#cancellation, ms, !this.#isOver, this.#reportUnseen).promise;
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

  // --- what its cancellation tells ---

  overdue(): void {
    if (this.#isOver) return;
    this.#observer.taskAbandoned(this);
    this.#end();
  }

  listenerFailed(error: unknown): void {
    this.#report(error, "has a listener of its signal that failed");
  }

  // --- what the read-only view asks for ---

  definitionOf(state: StateClass): StateDefinition {
    return this.session.definitionOf(state);
  }

  get app(): AppHandle {
    return this.session.app;
  }

  trigger(definition: StateDefinition): unknown {
    return makeTriggers(this.session, definition, undefined);
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
    return ObservedPromise.of(promise, this.#clock, this.#reportUnseen);
  }

  readonly #reportUnseen = (error: unknown): void =>
    this.#report(error, "has a lock() or sleep() that was not awaited, and that failed");

  #report(error: unknown, what: string): void {
    if (!this.#cancellation.explains(error)) this.#observer.taskFailed(this, error, what);
  }

  #settle(): void {
    this.#pending -= 1;
    if (this.#pending === 0) this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancellation.end();
    this.#observer.taskEnded(this);
    this.#ended?.resolve();
  }

  #nestedError(holder: string): ImmutableStateError {
    return new ImmutableStateError(
      `${this.name} calls lock() while ${holder} holds the lock in the same flow: it would wait for itself for ever. ` +
        "Write through the window's self instead, or call lock() after the window has ended.",
    );
  }
}
