import { LimitError } from "../base/errors.ts";
import { MAX_ARGUMENT_DEPTH } from "../wire/limits.ts";
import type { AppOptions } from "./app-options.ts";

/** What one connection may do, and how it is looked after. Durations in ms. */
export interface ConnectionLimits {
  readonly heartbeatMs: number;
  readonly stuckMs: number;
  readonly helloTimeoutMs: number;
  readonly maxMessageBytes: number;
  readonly maxEventsPerSecond: number;
  readonly eventBurst: number;
  readonly maxOpenCalls: number;
}

/** What an event's arguments may be. */
export interface ArgumentLimits {
  readonly maxDepth: number;
  readonly maxValues: number;
}

/** The limits that the app's options give. */
export function connectionLimits(options: AppOptions): ConnectionLimits {
  return {
    heartbeatMs: options.heartbeatMs ?? 15_000,
    stuckMs: options.stuckMs ?? 30_000,
    helloTimeoutMs: options.helloTimeoutMs ?? 10_000,
    maxMessageBytes: options.maxMessageBytes ?? 1024 * 1024,
    maxEventsPerSecond: options.maxEventsPerSecond ?? 200,
    eventBurst: options.eventBurst ?? 2_000,
    maxOpenCalls: options.maxOpenCalls ?? 1_000,
  };
}

/** The limits of arguments that the app's options give. */
export function argumentLimits(options: AppOptions): ArgumentLimits {
  return { maxDepth: options.maxArgumentDepth ?? MAX_ARGUMENT_DEPTH, maxValues: options.maxArgumentValues ?? 100_000 };
}

/** For a page that does not get its session in time. */
export function helloTimeout(afterMs: number): LimitError {
  return new LimitError("HELLO_TIMEOUT", `The page did not have its session within ${afterMs} ms.`);
}

/** For a page that sends too much. */
export function rateLimited(perSecond: number): LimitError {
  return new LimitError("RATE_LIMITED", `More than ${perSecond} messages a second: this one was not taken.`);
}
