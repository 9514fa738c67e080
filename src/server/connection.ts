import { randomUUID } from "node:crypto";
import { ProtocolError, UnknownStateError } from "../base/errors.ts";
import type { Session, Subscriber } from "../sessions/session.ts";
import type { Router } from "../state/router.ts";
import type { StateDefinition } from "../state/state-definition.ts";
import {
  CLOSE_CODES,
  PROTOCOL_VERSION,
  type CallMessage,
  type CallResult,
  type ClientMessage,
  type HelloMessage,
  type ServerMessage,
  type StateUpdate,
  type WirePage,
} from "../wire/messages.ts";
import { parseClientMessage } from "../wire/parse-client-message.ts";
import type { PeerRequest, PeerSocket } from "./peer.ts";
import { fullUpdate, StateFeed, type OnComputedError } from "./state-feed.ts";

/** With so many bytes unsent, a connection takes no more updates until they have left: it then gets one update with the newest state. */
const HIGH_WATER_BYTES = 256 * 1024;

/** How many messages may arrive before the welcome. */
const MAX_EARLY_MESSAGES = 256;

/** What a connection asks of the app. */
export interface ConnectionHost {
  /** The session for a page that says hello, and whether it is the one that the page asked for. */
  openSession(connection: Connection, hello: HelloMessage): Promise<{ session: Session; resumed: boolean }>;
  stateNamed(name: string): StateDefinition | undefined;
  /** Runs a call; `settled` is told its result once. */
  call(connection: Connection, session: Session, message: CallMessage, settled: (result: CallResult) => void): void;
  /** The page begins to use states: their onLoad handlers run, once for each document. */
  loaded(session: Session, documentId: string, definitions: readonly StateDefinition[]): void;
  readonly onComputedError: OnComputedError;
  connectionClosed(connection: Connection, session: Session | undefined, closeCode: number): void;
}

/**
 * One page's connection.
 *
 * Life: greeting (waits for `hello`, then for its session) → open (attached to the session, fed with updates) → closed.
 */
export class Connection implements Subscriber {
  /** The id of this connection, which handlers see as `router.session.sessionId`. */
  readonly id = randomUUID();
  readonly socket: PeerSocket;
  readonly request: PeerRequest;
  /** Of the page's document; empty until `hello`. */
  documentId = "";
  readonly #host: ConnectionHost;
  #session: Session | undefined;
  #phase: "greeting" | "opening" | "open" | "closed" = "greeting";
  #early: ClientMessage[] = [];
  readonly #feeds = new Map<string, StateFeed>();
  #results: CallResult[] = [];
  #isStalled = false;

  constructor(socket: PeerSocket, request: PeerRequest, host: ConnectionHost) {
    this.socket = socket;
    this.request = request;
    this.#host = host;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  get wantsCommits(): boolean {
    return this.#feeds.size > 0;
  }

  /** A message has arrived: hostile until parsed. */
  receive(frame: unknown): void {
    if (this.#phase === "closed") return;
    this.#orRefuse(() => this.#take(parseClientMessage(frame)));
  }

  /** Tells the page why, and closes. */
  refuse(error: { code: string; message: string }): void {
    this.#send({ type: "refused", code: error.code, message: error.message });
    this.close(CLOSE_CODES.refused, error.code);
  }

  close(code: number, reason: string): void {
    if (this.#phase === "closed") return;
    this.socket.close(code, reason);
    this.closed(code);
  }

  /** The socket has closed, from either side. */
  closed(code: number): void {
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    this.#early = [];
    this.#session?.subscribers.delete(this);
    this.#session?.scheduler.forget(this);
    this.#host.connectionClosed(this, this.#session, code);
  }

  /** Sends what is new since the last time: called by the scheduler. */
  flush(): void {
    if (this.#phase !== "open" || this.#isStalled) return;
    const session = this.#session!;
    let states: Record<string, StateUpdate> | undefined;
    const reader = session.reader();
    for (const [name, feed] of this.#feeds) {
      const update = feed.next(reader);
      if (update !== undefined) (states ??= {})[name] = update;
    }
    const results = this.#results;
    if (states === undefined && results.length === 0) return;
    this.#results = [];
    this.#send({
      type: "update",
      version: session.snapshot.version,
      ...(states === undefined ? {} : { states }),
      ...(results.length === 0 ? {} : { results }),
    });
  }

  /** After a reload of the state classes: everything anew. */
  refeed(): void {
    if (this.#phase !== "open") return;
    const names = [...this.#feeds.keys()].filter((name) => this.#host.stateNamed(name) !== undefined);
    this.#feeds.clear();
    this.#subscribe(names);
  }

  #take(message: ClientMessage): void {
    if (this.#phase === "greeting") {
      if (message.type !== "hello")
        throw new ProtocolError("BAD_MESSAGE", `The first message must be hello, not ${message.type}.`);
      this.#phase = "opening";
      this.documentId = message.document;
      void this.#open(message);
      return;
    }
    if (message.type === "hello") throw new ProtocolError("BAD_MESSAGE", "hello was said already.");
    if (this.#phase === "opening") {
      if (this.#early.length >= MAX_EARLY_MESSAGES)
        throw new ProtocolError("BAD_MESSAGE", "Too many messages before the welcome.");
      this.#early.push(message);
      return;
    }
    this.#handle(message);
  }

  async #open(hello: HelloMessage): Promise<void> {
    const { session, resumed } = await this.#host.openSession(this, hello);
    if (this.#phase !== "opening") return;
    this.#session = session;
    this.#phase = "open";
    session.subscribers.add(this);
    session.presence.arrive(this.id);
    session.setRouter(this.#router(session, hello.page));
    this.#send({ type: "welcome", protocol: PROTOCOL_VERSION, token: session.token, sessionId: this.id, resumed });
    const early = this.#early;
    this.#early = [];
    this.#orRefuse(() => {
      this.#subscribe(hello.states);
      for (const message of early) this.#handle(message);
    });
  }

  /** Closes the connection where the page did not keep to the protocol. */
  #orRefuse(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof ProtocolError || error instanceof UnknownStateError)) throw error;
      this.refuse(error);
    }
  }

  #handle(message: ClientMessage): void {
    const session = this.#session!;
    switch (message.type) {
      case "subscribe":
        return this.#subscribe(message.states);
      case "unsubscribe":
        for (const name of message.states) this.#feeds.delete(name);
        return;
      case "navigate":
        // In the order of the page's events: what was called before it still sees the old page.
        session.events.add(() => session.setRouter(this.#router(session, message.page)));
        return;
      case "call":
        this.#host.call(this, session, message, (result) => {
          if (this.#phase !== "open") return;
          this.#results.push(result);
          session.scheduler.markDirty(this);
        });
        return;
      case "hello":
        return;
    }
  }

  /** First values at once, so that onLoad handlers come after them and before the page's own events. */
  #subscribe(names: readonly string[]): void {
    const session = this.#session!;
    const reader = session.reader();
    const states: Record<string, StateUpdate> = {};
    const definitions: StateDefinition[] = [];
    for (const name of names) {
      const definition = this.#host.stateNamed(name);
      if (definition === undefined) throw new UnknownStateError(`This app has no state named ${name}.`);
      if (this.#feeds.has(name)) continue;
      states[name] = fullUpdate(definition, reader, this.#host.onComputedError);
      this.#feeds.set(name, new StateFeed(definition, reader, this.#host.onComputedError));
      definitions.push(definition);
    }
    if (definitions.length === 0) return;
    // What the other feeds and pending results have is of the same version or older.
    this.flush();
    this.#send({ type: "update", version: reader.snapshot.version, states });
    this.#host.loaded(session, this.documentId, definitions);
  }

  #router(session: Session, page: WirePage): Router {
    return Object.freeze({
      session: Object.freeze({ clientToken: session.token, sessionId: this.id, clientIp: this.request.clientIp }),
      headers: this.request.headers,
      page: Object.freeze({ path: page.path, query: parseQuery(page.query) }),
    });
  }

  #send(message: ServerMessage): void {
    this.socket.send(JSON.stringify(message), () => {
      if (!this.#isStalled || this.socket.bufferedBytes > HIGH_WATER_BYTES / 2) return;
      this.#isStalled = false;
      this.#session?.scheduler.markDirty(this);
    });
    if (this.socket.bufferedBytes > HIGH_WATER_BYTES) this.#isStalled = true;
  }
}

function parseQuery(query: string): Readonly<Record<string, string | readonly string[]>> {
  const values: Record<string, string | readonly string[]> = Object.create(null) as Record<
    string,
    string | readonly string[]
  >;
  for (const [key, value] of new URLSearchParams(query)) {
    const known = values[key];
    values[key] =
      known === undefined ? value : Object.freeze([...(typeof known === "string" ? [known] : known), value]);
  }
  return Object.freeze(values);
}
