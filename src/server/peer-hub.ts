import { randomUUID } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { UnauthorizedError } from "../base/errors.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import type { Session } from "../sessions/session.ts";
import { tokenHint } from "../sessions/token-hint.ts";
import type { StateDefinition } from "../state/state-definition.ts";
import type { RunList } from "../tasks/run-list.ts";
import {
  CLOSE_CODES,
  type CallMessage,
  type CallResult,
  type FreshReason,
  type HelloMessage,
} from "../wire/messages.ts";
import { Connection, type ConnectionHost, type Opened } from "./connection.ts";
import type { DocumentRecord } from "./document-record.ts";
import { DocumentRecords } from "./document-records.ts";
import type { ErrorReporter } from "./error-reporter.ts";
import type { EventDispatch } from "./event-dispatch.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { Identities, KnownIdentity } from "./identities.ts";
import type { ConnectionLimits } from "./limits.ts";
import type { Logger } from "./logger.ts";
import type { PeerRequest, PeerSocket } from "./peer.ts";

/** How long an older page of the same token has to answer a ping before it counts as dead. */
const ALIVE_WITHIN_MS = 1_500;

/** The refusals after which a page should try again by itself. */
const PASSING: ReadonlySet<string> = new Set([
  "RATE_LIMITED",
  "TOO_MANY_SESSIONS",
  "HELLO_TIMEOUT",
  "AUTHORIZE_FAILED",
]);

/** The app's end of a connection: told what arrives over whatever carries it. */
export interface Peer {
  /** A message has arrived: text, or anything else, which is refused. */
  receive(frame: unknown): void;
  /** The other side, or the line, has closed. */
  closed(code: number): void;
}

/** What the hub joins. */
export interface PeerHubParts {
  readonly clock: Clock;
  readonly limits: ConnectionLimits;
  readonly identities: Identities;
  readonly sessions: SessionRegistry;
  readonly dispatch: EventDispatch;
  readonly errors: ErrorReporter;
  readonly logger: Logger;
  stateNamed(name: string): StateDefinition | undefined;
  runsNamed(session: Session, name: string): RunList | undefined;
}

/** All connections, and which session each page gets. */
export class PeerHub implements ConnectionHost {
  readonly clock: Clock;
  readonly limits: ConnectionLimits;
  readonly #parts: PeerHubParts;
  readonly #connections = new Set<Connection>();
  readonly #records = new DocumentRecords();
  readonly #heartbeat: Heartbeat;
  /** Which page holds a session: the one whose connection was accepted last. */
  readonly #holders = new WeakMap<Session, Connection>();

  constructor(parts: PeerHubParts) {
    this.#parts = parts;
    this.clock = parts.clock;
    this.limits = parts.limits;
    this.#heartbeat = new Heartbeat(parts.clock, parts.limits.heartbeatMs, this.#connections);
  }

  accept(socket: PeerSocket, request: PeerRequest): Peer {
    const connection = new Connection(socket, request, this);
    this.#connections.add(connection);
    this.#heartbeat.start();
    return connection;
  }

  /**
   * A page that offers a token gets its session back; unless that is somebody else's, or another document that is alive holds it: then the page is a
   * duplicate, and gets a session of its own. Never by the order in which sockets open or close.
   */
  async openSession(connection: Connection, hello: HelloMessage): Promise<Opened | undefined> {
    const { sessions, identities, logger } = this.#parts;
    const find = (): Session | undefined => (hello.token === undefined ? undefined : sessions.get(hello.token));
    const known = await identities.of(connection.request).catch((error: unknown) => {
      if (error instanceof UnauthorizedError) void this.#leave(find(), connection);
      throw error;
    });
    const offered = find();
    const fresh = hello.token === undefined ? undefined : await this.#whyFresh(offered, connection, known);
    if (connection.isClosed) return undefined;
    const resumed = offered !== undefined && fresh === undefined;
    if (!resumed) sessions.assertRoom();
    if (fresh === "identity") void this.#leave(offered, connection);
    const session = resumed ? offered : sessions.create();
    if (fresh !== undefined) {
      logger.debug(
        { offered: tokenHint(hello.token!), given: tokenHint(session.token), reason: fresh },
        "A page offered a token that it can't have, and got a fresh session",
      );
    }
    identities.assign(session, known);
    const before = this.#holders.get(session);
    this.#holders.set(session, connection);
    before?.close(CLOSE_CODES.replaced, "replaced by a newer connection");
    const record = this.#records.get(session, connection.documentId);
    return {
      session,
      record: record ?? this.#records.create(session, connection.documentId),
      isNewDocument: record === undefined,
      resumed,
      fresh,
      identity: known.view,
    };
  }

  stateNamed(name: string): StateDefinition | undefined {
    return this.#parts.stateNamed(name);
  }

  runsNamed(session: Session, name: string): RunList | undefined {
    return this.#parts.runsNamed(session, name);
  }

  call(session: Session, message: CallMessage, settled: (result: CallResult) => void): void {
    this.#parts.dispatch.call(session, message, settled);
  }

  loaded(session: Session, record: DocumentRecord, definitions: readonly StateDefinition[]): void {
    for (const definition of definitions) {
      if (record.loads.has(definition.name)) continue;
      record.loads.add(definition.name);
      for (const event of definition.events.values())
        if (event.onLoad) this.#parts.dispatch.runHandler(session, definition, event, []);
    }
  }

  onComputedError = (definition: StateDefinition, name: string, error: unknown): void => {
    this.#parts.errors.report(
      error,
      { kind: "computed", name: `${definition.name}.${name}`, id: randomUUID() },
      `The computed var ${definition.name}.${name} failed`,
    );
  };

  refusal(error: unknown): { readonly code: string; readonly message: string; readonly retry: boolean } {
    const { code, message } = this.#parts.errors.forPage(error, {
      kind: "connection",
      name: "connection",
      id: randomUUID(),
    });
    return { code, message, retry: PASSING.has(code) };
  }

  connectionClosed(connection: Connection, session: Session | undefined, closeCode: number): void {
    this.#connections.delete(connection);
    if (this.#connections.size === 0) this.#heartbeat.stop();
    if (session === undefined || this.#holders.get(session) !== connection) return;
    this.#holders.delete(session);
    session.presence.leave(closeCode === CLOSE_CODES.pageLeft || closeCode === CLOSE_CODES.goingAway ? "left" : "lost");
    this.#parts.sessions.considerExpiry(session);
  }

  /** After a reload of the state classes. */
  refeed(session: Session): void {
    for (const record of this.#records.of(session)) record.forgetVersions();
    for (const connection of this.#connections) if (connection.session === session) connection.refeed();
  }

  closeAll(): void {
    for (const connection of this.#connections) connection.close(CLOSE_CODES.goingAway, "the server is going away");
    this.#heartbeat.stop();
  }

  /** Why a page that offers a token can't have its session; undefined where it can. */
  async #whyFresh(
    session: Session | undefined,
    connection: Connection,
    known: KnownIdentity,
  ): Promise<FreshReason | undefined> {
    if (session === undefined) return "unknown";
    if (!this.#parts.identities.isSame(session, known)) return "identity";
    const holder = this.#holders.get(session);
    if (holder === undefined || holder.documentId === connection.documentId) return undefined;
    if (await holder.socket.isAlive(ALIVE_WITHIN_MS)) return "held";
    // It may have expired, or have been taken over, while the other page was asked.
    return this.#parts.sessions.get(session.token) === session ? undefined : "unknown";
  }

  /**
   * The page is somebody else now, or nobody: if the session was this very document's, it has left it on purpose. Who has stolen a token may know the
   * document too; but a page that is alive has not left, and nothing happens to it.
   */
  async #leave(session: Session | undefined, connection: Connection): Promise<void> {
    if (session === undefined || this.#records.get(session, connection.documentId) === undefined) return;
    const holder = this.#holders.get(session);
    if (holder !== undefined) {
      if (holder.documentId !== connection.documentId || (await holder.socket.isAlive(ALIVE_WITHIN_MS))) return;
      const now = this.#holders.get(session);
      if (now !== undefined && now !== holder) return;
      this.#holders.delete(session);
      holder.close(CLOSE_CODES.replaced, "the page is somebody else now");
    }
    if (session.presence.isPresent) session.presence.leave("left");
    this.#parts.sessions.considerExpiry(session);
  }
}
