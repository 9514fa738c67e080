import type { MeanwhileError } from "../base/errors.ts";
import type { Page } from "../wire/page.ts";
import type { StateLike } from "../wire/state-ref.ts";

/** How a client stands with its server. A new object whenever something in it changes, so that it can be compared by identity. */
export interface ConnectionStatus {
  /**
   * `connecting`: not yet connected since `connect()` (or since `reconnect()` after `closed`). `connected`: the server has welcomed this page.
   * `reconnecting`: the connection was lost, an attempt is running or planned. `closed`: by `close()`, or for good by the server (`error` says why).
   */
  readonly status: "connecting" | "connected" | "reconnecting" | "closed";
  /**
   * Which session the page has, since the last welcome. `new`: its first. `resumed`: the one that it had before. `lost`: a fresh one, since the one before
   * has ended on the server (it expired, or the server was restarted). `changed`: a fresh one, since the page is now somebody else. `copied`: a fresh one, since this tab is a
   * copy of another that has the session. Undefined before.
   */
  readonly session: SessionKind | undefined;
  /** How many attempts in a row have failed; 0 while connected. */
  readonly attempt: number;
  /** When the next attempt is planned, in milliseconds since the epoch; undefined while one is running and while connected. */
  readonly nextRetryAt: number | undefined;
  /** The session, once a server has welcomed this page; not a secret. */
  readonly sessionId: string | undefined;
  /** Why the server refused this page the last time, if it did; undefined again once it is connected. */
  readonly error: MeanwhileError | undefined;
}

/** How a page came to its session: see `ConnectionStatus.session`. */
export type SessionKind = "new" | "resumed" | "lost" | "changed" | "copied";

/** A session that the server gave or gave back to this page. */
export interface SessionInfo {
  readonly sessionId: string;
  /** After anything but `resumed`, what is on screen is replaced by a fresh session's values. */
  readonly kind: SessionKind;
}

/** Which call an error belongs to; both undefined where it is not a call's. */
export interface ErrorInfo {
  readonly state: string | undefined;
  readonly event: string | undefined;
}

/** How one call is to be made. */
export interface CallOptions {
  /** Waits this long, in milliseconds, for a further call of the same function, which then takes its place: the earlier one is dropped. */
  readonly debounce?: number;
  /** For what is worth nothing later (a cursor, typing): dropped, instead of kept for later, while there is no connection. */
  readonly temporal?: boolean;
}

/** An event of a replica by name, without the types of its state: a stable function. */
export type EventFunction = (...args: unknown[]) => Promise<unknown>;

/** The values of a state at one moment: its vars and computed vars by name, frozen at every depth. */
export type Values = Readonly<Record<string, unknown>>;

/** The page's copy of one state of its session. Each client has one per state, always the same. */
export interface StateReplica<S = unknown> {
  readonly name: string;
  /**
   * The values now: a new record whenever something in it has changed, parts that have not keep their identity. Before the first snapshot those that
   * this tab knew last, or the initial ones of the HTML if the tab has no session yet; undefined if there are neither.
   */
  readonly values: Values | undefined;
  /** The initial values that the HTML carried, frozen: what hydration has to render. */
  readonly initial: Values | undefined;
  /** The names of its events; empty until they are known. */
  readonly events: ReadonlySet<string>;
  /** The state with its types: a live object. Reading a var gives the newest value; events are stable functions. */
  readonly page: Page<S>;
  /** Calls `listener` after each change of `values`. The first listener subscribes on the wire; soon after the last has gone, so does the subscription. */
  subscribe(listener: () => void): () => void;
  /** Settles when there are values, the same promise each time. Subscribes for a while, so that a component that suspends on it gets its values. */
  loaded(): Promise<void>;
  /** Calls an event. Settles once the page has the commit; a rejection that nobody handles goes to the client's `onError`. */
  call(event: string, args: readonly unknown[]): Promise<unknown>;
  call(event: string, args: readonly unknown[], options: CallOptions): Promise<unknown>;
  /** The event of that name as a function, the same one each time; a name that is no event rejects when called. */
  event(name: string): EventFunction;
}

/** A page's connection to its session: states, their events, and how the connection stands. */
export interface Client extends Disposable {
  /** This client's replica of a state; makes no request by itself. */
  state<S>(state: StateLike<S>): StateReplica<S>;
  readonly connection: ConnectionStatus;
  /** Calls `listener` after each change of `connection`. */
  onConnection(listener: () => void): () => void;
  /** Calls `listener` at every welcome by the server: the session it gave, or gave back. */
  onSession(listener: (session: SessionInfo) => void): () => void;
  /** Settles at the first (or next) welcome; rejects if the client is closed or refused. */
  ready(): Promise<void>;
  /**
   * Connects anew, now: after `closed` and while an attempt is planned, and also while connected, so that the server asks again who the page is
   * (after a login or logout). Open calls go on.
   */
  reconnect(): void;
  /** Closes the connection for good. Calls in flight reject with a `ConnectionLostError`. */
  close(): void;
}

/** What the client needs of a place to keep its token and last values; `sessionStorage` is one. */
export interface TokenStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What the client needs of a WebSocket: the browser's, Node 22's and `ws`'s all fit. */
export interface ClientSocket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** What the client needs of a clock; a test's may be moved by hand. */
export interface ClientClock {
  /** Milliseconds since the epoch. */
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** How long to wait between attempts to connect: a random part of a ceiling that doubles from `minMs` to `maxMs`. */
export interface BackoffOptions {
  /** The ceiling before the first retry. Default: 500. */
  readonly minMs?: number;
  /** The highest ceiling. Default: 15,000. */
  readonly maxMs?: number;
  /** A number from 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
}

/** Where in the app the page is. */
export interface PageLocation {
  readonly path: string;
  /** With its question mark, or empty. */
  readonly query: string;
}

/** How to connect. In a page that our server or Vite serves, no option is needed. */
export interface ConnectOptions {
  /**
   * The server's address (`ws:`, `wss:`, `http:` or `https:`); asked anew for each attempt where it is a function. One with no path of its own gets
   * `path`. Default: the page's own origin.
   */
  readonly url?: string | (() => string);
  /** The socket's path. Default: the one that the HTML names, else `/_meanwhile`. */
  readonly path?: string;
  /** Where the token is kept. Default: `sessionStorage` where there is one. `false`: nowhere, each page load is a new session. */
  readonly storage?: TokenStorage | false;
  /** Whether to keep the last known values there when the page goes, to show them first after a reload. Default: true. */
  readonly remember?: boolean;
  /** Told of rejected calls that nobody handles, and of what goes wrong beside any call. Default: `console.error`. */
  readonly onError?: (error: unknown, info: ErrorInfo) => void;
  /** How to open a socket. Default: the global `WebSocket`, which Node has from 22 on; before, give `ws`'s. */
  readonly webSocket?: new (url: string) => ClientSocket;
  readonly backoff?: BackoffOptions;
  readonly clock?: ClientClock;
  /** Where the page is. Default: what `location` says, followed as it changes. */
  readonly page?: () => PageLocation;
  /** How many calls may be open (made and not settled); further ones reject with `OUTBOX_FULL`. Default: 1000. */
  readonly maxOpenCalls?: number;
  /** After so long without a connection, in milliseconds, open calls reject with `CONNECTION_LOST`. Default: 900,000 (15 minutes). */
  readonly maxOfflineMs?: number;
}
