import type { BackoffOptions } from "./client.ts";

/** How long to wait, in milliseconds, after `failures` (from 1 up) attempts in a row have failed: exponential, with full jitter. */
export function backoffMs(
  failures: number,
  { minMs = 500, maxMs = 15_000, random = Math.random }: BackoffOptions,
): number {
  return Math.round(random() * Math.min(maxMs, minMs * 2 ** (failures - 1)));
}
