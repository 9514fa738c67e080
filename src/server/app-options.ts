import type { IncomingMessage } from "node:http";
import type { Clock } from "../base/clock.ts";
import type { StateClass } from "../state/state-context.ts";
import type { Logger } from "./logger.ts";

/** Where an error that was reported came from. */
export interface ErrorInfo {
  readonly kind: "event" | "task" | "computed" | "connection";
  /** Such as `MyTaskState.myTask`. */
  readonly name: string;
  /** The id under which the log has it, and (for an event) the page was told. */
  readonly id: string;
}

/** How an app is made. Durations are in milliseconds. */
export interface AppOptions {
  /** The app's state classes. */
  readonly states: readonly StateClass[];
  /** The modules that the states come from, by name, for messages. Default: where their `@event` was used. */
  readonly sources?: Readonly<Record<string, string>>;
  /** The socket's path. Default `/_meanwhile`. The health endpoint is `<path>/health`. */
  readonly path?: string;
  /** The folder of the built page, served by `listen` and `middleware`; an `index.html` in it gets the states' initial values. Default: none. */
  readonly clientDir?: string;
  /** Default: pino, JSON lines on standard output. */
  readonly logger?: Logger;
  /** Told of every error that an event, a task or a computed var threw, after it was logged. */
  readonly onError?: (error: unknown, info: ErrorInfo) => void;
  /** Origins that pages of other hosts may connect from, such as `https://app.example.com`; `"*"` for any. Default: the same host only. */
  readonly allowedOrigins?: readonly string[] | "*";
  /** The page's address as handlers see it. Default: the socket's peer; behind a proxy, read its header here. */
  readonly clientIp?: (request: IncomingMessage) => string;
  /** How long a page that closed on purpose still counts as there: a reload comes back. Default 3,000. */
  readonly closeGraceMs?: number;
  /** How long a page whose connection was lost still counts as there. Default 30,000. */
  readonly lostGraceMs?: number;
  /** How long a session is kept after its page is gone and its last task has ended. Default 600,000 (ten minutes). */
  readonly sessionTtlMs?: number;
  /** How long a task waits for the lock before a LockTimeoutError; 0: for ever. Default 30,000. */
  readonly lockTimeoutMs?: number;
  /** From when on a handler or lock window that holds the lock is logged as slow. Default 1,000. */
  readonly slowHoldMs?: number;
  /** How long a cancelled task may still take locks to put its state right. Default 5,000. */
  readonly cancelGraceMs?: number;
  /** The longest message that a page may send, in bytes. Default 1 MiB. */
  readonly maxMessageBytes?: number;
  /** Default: the system's. Tests give one that they move by hand. */
  readonly clock?: Clock;
}
