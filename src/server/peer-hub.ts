import { randomUUID } from "node:crypto";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import type { Session } from "../sessions/session.ts";
import type { StateDefinition } from "../state/state-definition.ts";
import { CLOSE_CODES, type CallMessage, type CallResult, type HelloMessage } from "../wire/messages.ts";
import { Connection, type ConnectionHost } from "./connection.ts";
import { DocumentLoads } from "./document-loads.ts";
import type { ErrorReporter } from "./error-reporter.ts";
import type { EventDispatch } from "./event-dispatch.ts";
import { tokenHint, type Logger } from "./logger.ts";
import type { PeerRequest, PeerSocket } from "./peer.ts";

/** How long an older page of the same token has to answer a ping before it counts as dead. */
const ALIVE_WITHIN_MS = 1_500;

/** The app's end of a connection: told what arrives over whatever carries it. */
export interface Peer {
  /** A message has arrived: text, or anything else, which is refused. */
  receive(frame: unknown): void;
  /** The other side, or the line, has closed. */
  closed(code: number): void;
}

/** What the hub joins. */
export interface PeerHubParts {
  readonly sessions: SessionRegistry;
  readonly dispatch: EventDispatch;
  readonly errors: ErrorReporter;
  readonly logger: Logger;
  stateNamed(name: string): StateDefinition | undefined;
}

/** All connections, and which session each page gets. */
export class PeerHub implements ConnectionHost {
  readonly #parts: PeerHubParts;
  readonly #connections = new Set<Connection>();
  readonly #loads = new DocumentLoads();
  /** Which page holds a session: the one whose connection was accepted last. */
  readonly #holders = new WeakMap<Session, Connection>();

  constructor(parts: PeerHubParts) {
    this.#parts = parts;
  }

  accept(socket: PeerSocket, request: PeerRequest): Peer {
    const connection = new Connection(socket, request, this);
    this.#connections.add(connection);
    return connection;
  }

  /**
   * A page that offers a token gets its session back; unless another document that is alive holds it: then the page is a duplicate, and gets a
   * session of its own. Never by the order in which sockets open or close.
   */
  async openSession(connection: Connection, hello: HelloMessage): Promise<{ session: Session; resumed: boolean }> {
    const offered = hello.token === undefined ? undefined : this.#parts.sessions.get(hello.token);
    const resumed = offered !== undefined && (await this.#mayResume(offered, connection));
    const session = resumed ? offered : this.#parts.sessions.create();
    if (hello.token !== undefined && !resumed) {
      this.#parts.logger.debug(
        { offered: tokenHint(hello.token), given: tokenHint(session.token) },
        "A page offered a token that it can't have, and got a fresh session",
      );
    }
    const before = this.#holders.get(session);
    this.#holders.set(session, connection);
    if (before !== undefined && before !== connection)
      before.close(CLOSE_CODES.replaced, "replaced by a newer connection");
    return { session, resumed };
  }

  stateNamed(name: string): StateDefinition | undefined {
    return this.#parts.stateNamed(name);
  }

  call(_: Connection, session: Session, message: CallMessage, settled: (result: CallResult) => void): void {
    this.#parts.dispatch.call(session, message, settled);
  }

  loaded(session: Session, documentId: string, definitions: readonly StateDefinition[]): void {
    for (const definition of definitions) {
      if (!this.#loads.isFirst(session, documentId, definition.name)) continue;
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

  connectionClosed(connection: Connection, session: Session | undefined, closeCode: number): void {
    this.#connections.delete(connection);
    if (session === undefined || this.#holders.get(session) !== connection) return;
    this.#holders.delete(session);
    session.presence.leave(closeCode === CLOSE_CODES.pageLeft || closeCode === CLOSE_CODES.goingAway ? "left" : "lost");
    this.#parts.sessions.considerExpiry(session);
  }

  /** After a reload of the state classes. */
  refeed(session: Session): void {
    for (const connection of this.#connections) if (connection.session === session) connection.refeed();
  }

  closeAll(): void {
    for (const connection of this.#connections) connection.close(CLOSE_CODES.goingAway, "the server is going away");
  }

  async #mayResume(session: Session, connection: Connection): Promise<boolean> {
    const holder = this.#holders.get(session);
    if (holder === undefined || holder.documentId === connection.documentId) return true;
    return !(await holder.socket.isAlive(ALIVE_WITHIN_MS));
  }
}
