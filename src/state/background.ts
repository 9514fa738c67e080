import type {
  AnyFunction,
  BackgroundBrand,
  DeepReadonly,
  OwnName,
  Result,
  stateBrand,
  View,
} from "../data/deep-readonly.ts";
import type { AppHandle } from "./app-handle.ts";
import type { Router } from "./router.ts";
import type { State } from "./state.ts";

/** A run that was started: of a background task, or of an event of the page's queue. */
export interface Run {
  /** Unguessable, unique. */
  readonly id: string;
}

type EventName<S> = {
  [K in Exclude<keyof S, OwnName | `_${string}` | typeof stateBrand>]: S[K] extends AnyFunction ? K : never;
}[Exclude<keyof S, OwnName | `_${string}` | typeof stateBrand>];

/** What `trigger(S)` gives: each event of `S` as a function that starts it and gives its run. */
export type Triggers<S> = {
  readonly [K in EventName<S>]: S[K] extends (...args: infer A) => unknown ? (...args: A) => Run : never;
};

/** What a background task knows of itself. */
export interface TaskHandle extends Run {
  /** Aborted when the task is cancelled; its reason is a `TaskCancelledError`. Give it to `fetch` and the like. */
  readonly signal: AbortSignal;
  /** Whether the session has a page: false once its page is judged gone. */
  readonly connected: boolean;
  /** Waits `ms` milliseconds without holding the lock. Rejects with a `TaskCancelledError` when the task is cancelled. */
  sleep(ms: number): Promise<void>;
}

/**
 * The `this` of a background task: a deeply read-only view of the state as of the task's start or of its last lock window, which may be stale but
 * is never torn. Writing goes through `lock`.
 */
export type Background<S extends State> = View<S> &
  BackgroundBrand & {
    readonly task: TaskHandle;
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
