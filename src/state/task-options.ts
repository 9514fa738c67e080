/**
 * What a start does while other runs of the task go on (in its session or, as `per` says, in the app; with the same `key`, if there is one).
 *
 * `parallel`: runs beside them. `single`: is refused with a `TaskRefusedError`. `join`: gives the run that goes on. `queue`: waits for its turn.
 * `replace`: cancels them, and starts when they have ended. `{ limit: n }`: at most n run, further ones wait for their turn.
 */
export type TaskPolicy = "parallel" | "single" | "join" | "queue" | "replace" | { readonly limit: number };

/** Whose runs a policy looks at. */
export type PolicyScope = "session" | "app";

/** When and how often a task that failed is run again. */
export interface RetryOptions {
  /** How many attempts there are, the first one included. */
  readonly attempts: number;
  /** The longest wait before the second attempt, in ms; doubles with each. Each wait is between half of it and all of it. Default 1,000. */
  readonly minMs?: number;
  /** The longest wait of all, in ms. Default 30,000. */
  readonly maxMs?: number;
  /** Which errors are worth another attempt. Default: all. A cancelled task is never run again. */
  readonly when?: (error: unknown) => boolean;
}

/** What `@event` was told of a background task's runs. */
export interface TaskOptions {
  readonly policy: TaskPolicy;
  readonly per: PolicyScope;
  readonly key: ((...args: never[]) => string | number) | undefined;
  readonly timeoutMs: number | undefined;
  readonly retry: RetryOptions | undefined;
}
