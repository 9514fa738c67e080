import type {
  AnyFunction,
  BackgroundBrand,
  DeepReadonly,
  OwnName,
  Result,
  stateBrand,
  View,
} from "../data/deep-readonly.ts";
import type { Progress, RunStatus } from "../base/run.ts";
import type { AppHandle } from "./app-handle.ts";
import type { Router } from "./router.ts";
import type { State } from "./state.ts";

/** A handler that was put into the session's queue of events. */
export interface QueuedEvent {
  /** Unguessable, unique. */
  readonly id: string;
}

/**
 * A run of a background task that was asked for: it can be watched, awaited and cancelled. One that was triggered inside the lock begins with the commit, and
 * has no `id` of its own where its policy has it join another: then `id` is the other's from the commit on.
 */
export interface Run<R = unknown, D = unknown> {
  /** Unguessable, unique. */
  readonly id: string;
  readonly status: RunStatus;
  /** Which attempt runs, or was the last: from 1 up; 0 before the first. */
  readonly attempt: number;
  /** What the task has reported last. */
  readonly progress: Progress<D> | undefined;
  /**
   * What the task returns. Rejects with what it throws, with a `TaskCancelledError`, or with a `TaskRefusedError`; a rejection that nobody handles is not reported a second
   * time.
   *
   * @throws ResultInLockError (as a rejection) inside a handler or lock window of the task's session.
   */
  readonly result: Promise<R>;
  /** Cancels it, wherever it is: one that is queued never starts. */
  cancel(): void;
}

/** The run of the background task `M`. Each member is worked out when it is asked for, so that a task may start its own class's tasks. */
export interface RunOf<M extends AnyFunction> {
  readonly id: string;
  readonly status: RunStatus;
  readonly attempt: number;
  readonly progress: Progress<ProgressData<M>> | undefined;
  readonly result: Promise<DeepReadonly<Result<ReturnType<M>>>>;
  cancel(): void;
}

/** What a task reports as `data`, as its `this` says. */
export type ProgressData<M> = M extends (this: infer T, ...args: never[]) => unknown
  ? T extends { readonly task: TaskHandle<infer D> }
    ? D
    : unknown
  : unknown;

type EventName<S> = {
  [K in Exclude<keyof S, OwnName | `_${string}` | typeof stateBrand>]: S[K] extends AnyFunction ? K : never;
}[Exclude<keyof S, OwnName | `_${string}` | typeof stateBrand>];

/** What `trigger(S)` gives: each event of `S` as a function that starts it and gives its run. */
export type Triggers<S> = {
  readonly [K in EventName<S>]: S[K] extends (this: infer T, ...args: infer A) => unknown
    ? (...args: A) => T extends BackgroundBrand ? RunOf<S[K]> : QueuedEvent
    : never;
};

/** What a background task knows of itself. */
export interface TaskHandle<D = unknown> {
  /** The run's id. */
  readonly id: string;
  /** Which attempt this is, from 1 up. */
  readonly attempt: number;
  /** Aborted when the task is cancelled; its reason is a `TaskCancelledError`. Give it to `fetch` and the like. */
  readonly signal: AbortSignal;
  /** Whether the session has a page: false once its page is judged gone. */
  readonly connected: boolean;
  /** Waits `ms` milliseconds without holding the lock. Rejects with a `TaskCancelledError` when the task is cancelled. */
  sleep(ms: number): Promise<void>;
  /**
   * Tells how far the task is, as often as it likes: the page gets the newest as often as it can show it. What is left out stays as it was. Needs no lock, is no part of
   * the state, and is not undone.
   *
   * @throws TaskCancelledError once the task is cancelled, where nothing else has told it yet; StateSerializationError for `data` that is not plain; TypeError for a value or
   * total that is no number.
   */
  report(progress: ProgressReport<D>): void;
}

/** What a task reports of its progress. */
export interface ProgressReport<D = unknown> {
  readonly value?: number;
  readonly total?: number;
  readonly message?: string;
  readonly data?: D;
}

/**
 * The `this` of a background task: a deeply read-only view of the state as of the task's start or of its last lock window, which may be stale but
 * is never torn. Writing goes through `lock`. `D` is what the task reports as `data` of its progress.
 */
export type Background<S extends State, D = unknown> = View<S> &
  BackgroundBrand & {
    readonly task: TaskHandle<D>;
    readonly router: Router;
    readonly app: AppHandle;
    /**
     * Takes the session's exclusive lock, refreshes the state and runs `change` with the writable `self`. Resolves, once committed, to what it
     * returns (state in it as committed, read-only values). A `change` that throws is undone and its error rejects.
     *
     * @throws ImmutableStateError inside a lock window of the same session, or a handler.
     * @throws TaskCancelledError once the task is cancelled; LockTimeoutError after `lockTimeoutMs`.
     */
    lock<R>(change: (self: S) => R): Promise<DeepReadonly<Result<R>>>;
    /** Another state of the same session, as of the same snapshot, read-only. */
    getState<T extends State>(state: abstract new () => T): View<T>;
    /** Starts another event of the session, at once. */
    trigger<T extends State>(state: abstract new () => T): Triggers<T>;
  };
