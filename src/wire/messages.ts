import type { Encoded, EncodedPatch } from "./codec.ts";

/** The version of the protocol that this package speaks; server and page must agree on it. */
export const PROTOCOL_VERSION = 1;

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
  /** Increases within a document and is never used twice. */
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

/** All that a page may say. */
export type ClientMessage = HelloMessage | SubscribeMessage | UnsubscribeMessage | CallMessage | NavigateMessage;

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
}

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
  /** Of a `PublicError`: the application's own code. */
  readonly reason?: string;
  /** Of a `PublicError`: its data, encoded. */
  readonly data?: Encoded;
  /** Of an `InvalidArgumentsError`. */
  readonly issues?: readonly WireIssue[];
  /** Of an `EventFailedError`: what the server's log has it under. */
  readonly errorId?: string;
}

/** A call that succeeded; a background task's value is its run, `{ id }`. */
export interface CallSuccess {
  readonly id: number;
  readonly ok: true;
  readonly value: Encoded;
}

/** A call that failed. */
export interface CallFailure {
  readonly id: number;
  readonly ok: false;
  readonly error: WireError;
}

/** How a call has ended. */
export type CallResult = CallSuccess | CallFailure;

/** What has changed since the update before, all states of it as of one version, and the calls whose commits it includes. */
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
}

/** All that a server may say. */
export type ServerMessage = WelcomeMessage | UpdateMessage | RefusedMessage;

// --- in the HTML -------------------------------------------------------------------------------------------------------

/** What the HTML's data block holds: the socket's path, and the initial values of the app's states. */
export interface PageData {
  readonly path: string;
  readonly states: Readonly<Record<string, FullUpdate>>;
}
