import type { RetryOptions } from "../state/task-options.ts";

/**
 * How long to wait before the attempt that follows the `attempt`-th: exponential backoff with equal jitter (between half of the ceiling and all of
 * it), as described in "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
 */
export function backoffMs({ minMs = 1_000, maxMs = 30_000 }: RetryOptions, attempt: number): number {
  const ceiling = Math.min(maxMs, minMs * 2 ** (attempt - 1));
  return ceiling * (0.5 + Math.random() / 2);
}
