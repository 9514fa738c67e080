import type { MeanwhileError } from "../base/errors.ts";
import type {
  AnyFunction,
  BackgroundBrand,
  DeepReadonly,
  Leaf,
  OwnName,
  Result,
  stateBrand,
} from "../data/deep-readonly.ts";
import type { Progress, RunStatus } from "../base/run.ts";

/**
 * A run of a background task that the page has started, queued or joined. What it tells is live from when it is first asked for, until the run has ended; `subscribe` and
 * `result` ask too.
 */
export interface Run<R = unknown, D = unknown> {
  /** Unguessable, unique. */
  readonly id: string;
  /** `queued` until more is known. */
  readonly status: RunStatus;
  /** Which attempt runs, or was the last: from 1 up; 0 before the first. */
  readonly attempt: number;
  readonly progress: Progress<D> | undefined;
  /**
   * What the task returns. Rejects with what it failed with, with a `TaskCancelledError`, or with `RUN_FORGOTTEN` where the server has forgotten it; also after a reconnect. A rejection that
   * nobody handles goes to the client's `onError`.
   */
  readonly result: Promise<R>;
  /** Cancels it; settles when the server has been told. */
  cancel(): Promise<void>;
  /** Calls `listener` after each change. */
  subscribe(listener: () => void): () => void;
}

/** A run at one moment, as `useRuns` gives it: a new object whenever something of it has changed. */
export interface RunView<R = unknown, D = unknown> {
  readonly id: string;
  readonly status: RunStatus;
  /** Whether it is queued or running. */
  readonly isActive: boolean;
  /** Whether it was cancelled, and still puts its state right. */
  readonly isCancelling: boolean;
  readonly attempt: number;
  /** In ms since the epoch, by the server's clock. */
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly progress: Progress<D> | undefined;
  /** Of one that succeeded. */
  readonly result: R | undefined;
  /** Of one that failed or was cancelled. */
  readonly error: MeanwhileError | undefined;
  /** Cancels it: the same function each time. */
  readonly cancel: () => Promise<void>;
}

/** What a task reports as `data`, as its `this` says. */
type DataOf<T> = T extends { readonly task: { report(progress: infer P): void } }
  ? P extends { readonly data?: infer D }
    ? D
    : unknown
  : unknown;

/** The names of `S` that a page may know: vars, computed vars and events, but no `_name` and none of the framework's own. */
export type PublicName<S> = Exclude<keyof S, OwnName | `_${string}` | typeof stateBrand>;

/** Values that are one argument and never a form. */
type NotAForm = Leaf | AnyFunction | Date | readonly unknown[] | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>;

/** What an argument of type `T` may be in the page: read-only values too, since arguments are copied. */
type PageArg<T> = unknown extends T ? T : DeepReadonly<T>;

/** An event's arguments as the page gives them: read-only values will do, and `FormData` where the event takes one object. */
export type PageArgs<A extends readonly unknown[]> = A extends [infer O]
  ? O extends NotAForm
    ? { [K in keyof A]: PageArg<A[K]> }
    : [form: PageArg<O> | FormData]
  : { [K in keyof A]: PageArg<A[K]> };

/** An event as a function of the page: its promise settles once the page has the commit; a background task's gives its run as soon as that was started, queued or joined. */
export type PageEvent<M> = M extends (this: infer T, ...args: infer A) => infer R
  ? T extends BackgroundBrand
    ? (...args: PageArgs<A>) => Promise<Run<DeepReadonly<Result<R>>, DataOf<T>>>
    : (...args: PageArgs<A>) => Promise<DeepReadonly<Result<R>>>
  : never;

/** A state as the page sees it: its vars and computed vars, deeply read-only, and its events as functions that give promises. */
export type Page<S> = {
  readonly [K in PublicName<S>]: S[K] extends AnyFunction ? PageEvent<S[K]> : DeepReadonly<S[K]>;
};
