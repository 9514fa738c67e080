import type { IncomingMessage } from "node:http";
import type { Clock } from "../base/clock.ts";
import type { View } from "../data/deep-readonly.ts";
import type { Identity, RouterSession } from "../state/router.ts";
import type { StateClass } from "../state/state-context.ts";
import type { State } from "../state/state.ts";
import type { Logger } from "./logger.ts";

/** Where an error that was reported came from. */
export interface ErrorInfo {
  readonly kind: "event" | "task" | "computed" | "connection" | "session";
  /** Such as `MyTaskState.myTask`. */
  readonly name: string;
  /** The id under which the log has it, and (for an event) the page was told. */
  readonly id: string;
}

type Awaitable<T> = T | Promise<T>;

/** The request that opened a page's connection, as `authorize` sees it. */
export interface PageRequest {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly clientIp: string;
  /** Path and query as they were asked for, such as `/_meanwhile?ticket=7`. */
  readonly url: string;
}

/** A session that is about to be forgotten, as `onExpire` sees it. */
export interface ExpiringSession {
  readonly clientToken: string;
  readonly identity: RouterSession["identity"];
  /** A state as it was committed last, read-only, `_vars` included. */
  getState<S extends State>(state: abstract new () => S): View<S>;
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
  /** How long a run that has ended, and its result, is kept for its page. Default 600,000 (ten minutes). */
  readonly keepRunsMs?: number;
  /** How many runs that have ended are kept of each task of a session. Default 100. */
  readonly keepRuns?: number;
  /** How long a cancelled task may still take locks to put its state right. Default 5,000. */
  readonly cancelGraceMs?: number;
  /**
   * Says who a page is, from the request that opened its connection (cookies, an `Authorization` header); asked at each connection and at each resume. What it gives, plain data or a promise
   * of it, is `this.router.session.identity`, and never leaves the server. A session is only ever resumed by the same identity. Throw an `UnauthorizedError` to
   * refuse the page; any other error refuses it for now, and is reported. Default: everybody is `undefined`.
   */
  readonly authorize?: (request: PageRequest) => Awaitable<Identity>;
  /** Whether the two are the same person. Default: equal as plain values. Give one where an identity holds what changes, such as the time of a login. */
  readonly sameIdentity?: (before: RouterSession["identity"], now: RouterSession["identity"]) => boolean;
  /** Sees a session a last time, read-only, as it expires. An error or a rejection is reported. */
  readonly onExpire?: (session: ExpiringSession) => Awaitable<void>;
  /** How long tasks may keep a session whose page is gone; then they are cancelled, with reason `expired`. Default: for ever. */
  readonly maxUnattendedMs?: number;
  /** How often a connection on which nothing happens is checked. A peer that is gone is found within twice this, on both sides. Default 15,000. */
  readonly heartbeatMs?: number;
  /** How long a page may leave what it was sent unread before its connection is closed; it may come back. Default 30,000. */
  readonly stuckMs?: number;
  /** How long a new connection may take until its page has its session. Default 10,000. */
  readonly helloTimeoutMs?: number;
  /** The longest message that a page may send, in bytes. Default 1 MiB. */
  readonly maxMessageBytes?: number;
  /** How many messages a page may send a second, on average. Default 200. */
  readonly maxEventsPerSecond?: number;
  /** How many messages a page may send at once: after a lost connection all of its open calls. Default 2,000. */
  readonly eventBurst?: number;
  /** How many calls of a session may be running or queued, or have results that the page has not acknowledged. Default 1,000. */
  readonly maxOpenCalls?: number;
  /** How many connections may be open from one address (`clientIp`). Default 1,000. */
  readonly maxConnectionsPerAddress?: number;
  /** How many sessions the process keeps. Default 100,000. */
  readonly maxSessions?: number;
  /** How deep an event's arguments may be nested. Default 64. */
  readonly maxArgumentDepth?: number;
  /** How many values the arguments of one call may hold, at all depths together. Default 100,000. */
  readonly maxArgumentValues?: number;
  /** Default: the system's. Tests give one that they move by hand. */
  readonly clock?: Clock;
}
