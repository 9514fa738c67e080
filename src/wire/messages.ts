import type { Encoded, EncodedPatch } from "./codec.ts";

/** The version of the protocol that this package speaks; server and page must agree on it. */
export const PROTOCOL_VERSION = 3;

/** The socket's path where nothing else was said. */
export const DEFAULT_PATH = "/_meanwhile";

/** The `id` of the HTML's data block: a `<script>` of type `DATA_BLOCK_TYPE` whose text is a `PageData` (with `<` escaped as `\u003c`). */
export const DATA_BLOCK_ID = "meanwhile-data";

/** The `type` of the HTML's data block. */
export const DATA_BLOCK_TYPE = "application/json";

/** Why a socket was closed, beside the standard codes. */
export const CLOSE_CODES = {
  /** By the server, which goes away; the page comes back by itself. */
  goingAway: 1001,
  /** By the server, after a `refused` message. */
  refused: 4000,
  /** By the page, in `pagehide`: it leaves on purpose. */
  pageLeft: 4001,
  /** By the server: another connection has taken over the same client token. */
  replaced: 4002,
  /** By the server: the page has not read what it was sent for too long. It may come back, and resumes. */
  stuck: 4003,
} as const;

/** Where in the app a page is. */
export interface WirePage {
  readonly path: string;
  /** With its question mark, or empty. */
  readonly query: string;
}

// --- from the page to the server ---------------------------------------------------------------------------------------

/** The first message of every connection. */
export interface HelloMessage {
  readonly type: "hello";
  readonly protocol: typeof PROTOCOL_VERSION;
  /** A random id of the page's document: the same after a reconnect, another one after a reload. */
  readonly document: string;
  /** The client token of the session that the page had before. */
  readonly token?: string;
  readonly page: WirePage;
  /** The states to subscribe to from the start. */
  readonly states: readonly string[];
  /** Those of `states` whose values the page holds, all as of `version` of the session that it asks for. */
  readonly held: readonly string[];
  /** 0 where nothing is held. */
  readonly version: number;
}

/** Asks for these states' values, now and as they change. */
export interface SubscribeMessage {
  readonly type: "subscribe";
  readonly states: readonly string[];
}

/** Asks for no more of these states' values. */
export interface UnsubscribeMessage {
  readonly type: "unsubscribe";
  readonly states: readonly string[];
}

/** Calls an event. */
export interface CallMessage {
  readonly type: "call";
  /** From 1 up; increases within a document. The same id is the same call, sent again after a lost connection: it runs once. */
  readonly id: number;
  readonly state: string;
  readonly event: string;
  /** The arguments, each encoded: hostile until `decodeMutable` has read them. */
  readonly args: readonly Encoded[];
}

/** The page has moved within the app. */
export interface NavigateMessage {
  readonly type: "navigate";
  readonly page: WirePage;
}

/** The page has applied the first `updates` updates of this connection: the server need not keep what is older. */
export interface AckMessage {
  readonly type: "ack";
  readonly updates: number;
}

/** Asks for a sign of life: the answer is a `beat`. */
export interface PingMessage {
  readonly type: "ping";
}

/** All that a page may say. */
export type ClientMessage =
  | HelloMessage
  | SubscribeMessage
  | UnsubscribeMessage
  | CallMessage
  | NavigateMessage
  | AckMessage
  | PingMessage;

// --- from the server to the page ---------------------------------------------------------------------------------------

/** The answer to `hello`. */
export interface WelcomeMessage {
  readonly type: "welcome";
  readonly protocol: typeof PROTOCOL_VERSION;
  /** The client token of the page's session, to keep and to offer next time. */
  readonly token: string;
  readonly sessionId: string;
  /** Whether this is the session whose token the page has offered. */
  readonly resumed: boolean;
  /** Why it is another one, where the page has offered a token. */
  readonly fresh?: FreshReason;
  /**
   * The highest id of the calls that the server has taken from this document, 0 for none: the page sends what is above again. Not there where the server does
   * not know (any more) what the document has called.
   */
  readonly received?: number;
  /** The server gives a sign of life at least this often, in ms. */
  readonly heartbeatMs: number;
  /** The longest message that the server takes, in bytes of UTF-8. */
  readonly maxMessageBytes: number;
}

/**
 * Why a page that offered a token got a fresh session: `unknown`, no session has this token (any more); `held`, another page that is alive has it;
 * `identity`, the session is somebody else's.
 */
export type FreshReason = "unknown" | "held" | "identity";

/** Every reason for a fresh session. */
export const FRESH_REASONS: readonly FreshReason[] = ["unknown", "held", "identity"];

/** All values of a state: the first update of each subscription. */
export interface FullUpdate {
  /** Vars and computed vars, encoded, by name. */
  readonly full: Readonly<Record<string, Encoded>>;
  /** The names of the state's events. */
  readonly events: readonly string[];
}

/** What has changed in a state since its update before. */
export interface PatchUpdate {
  /** The encoded patch of each changed var, by name. */
  readonly patch: Readonly<Record<string, EncodedPatch>>;
}

/** What an update says of one state. */
export type StateUpdate = FullUpdate | PatchUpdate;

/** One thing that is wrong with an argument. */
export interface WireIssue {
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** An error as it crosses the wire; the page makes the error class of its code of it again. */
export interface WireError {
  /** An `ErrorCode`; a newer server may have others. */
  readonly code: string;
  readonly message: string;
  /** Of a `PublicError`: the application's own code. Of a `TaskRefusedError`: the id of the run that goes on. */
  readonly reason?: string;
  /** Of a `PublicError`: its data, encoded. */
  readonly data?: Encoded;
  /** Of an `InvalidArgumentsError`. */
  readonly issues?: readonly WireIssue[];
  /** Of an `EventFailedError`: what the server's log has it under. */
  readonly errorId?: string;
}

/** A call that succeeded. */
export interface CallSuccess {
  readonly id: number;
  readonly ok: true;
  readonly value: Encoded;
}

/** A call that has started a background task (or queued it, or joined it). */
export interface CallStarted {
  readonly id: number;
  readonly ok: true;
  /** The id of its run. */
  readonly run: string;
}

/** A call that failed. */
export interface CallFailure {
  readonly id: number;
  readonly ok: false;
  readonly error: WireError;
}

/** How a call has ended. */
export type CallResult = CallSuccess | CallStarted | CallFailure;

/**
 * What has changed since the update before, all states of it as of one version, and the calls whose commits it includes. On the wire it is shorter: see
 * `updateText`.
 */
export interface UpdateMessage {
  readonly type: "update";
  readonly version: number;
  readonly states?: Readonly<Record<string, StateUpdate>>;
  readonly results?: readonly CallResult[];
}

/** The server won't talk to this page; it closes the connection after it. */
export interface RefusedMessage {
  readonly type: "refused";
  /** An `ErrorCode`. */
  readonly code: string;
  readonly message: string;
  /** Whether the page should try again by itself, after a pause. */
  readonly retry: boolean;
}

/** A sign of life where there is nothing else to say, and the answer to a `ping`. */
export interface BeatMessage {
  readonly type: "beat";
}

/** All that a server may say. */
export type ServerMessage = WelcomeMessage | UpdateMessage | RefusedMessage | BeatMessage;

// --- in the HTML -------------------------------------------------------------------------------------------------------

/** What the HTML's data block holds: the socket's path, and the initial values of the app's states. */
export interface PageData {
  readonly path: string;
  readonly states: Readonly<Record<string, FullUpdate>>;
}
