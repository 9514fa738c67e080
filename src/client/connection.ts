import type { MeanwhileError } from "../base/errors.ts";
import {
  type ClientMessage,
  CLOSE_CODES,
  type HelloMessage,
  type ServerMessage,
  type WelcomeMessage,
  type UpdateMessage,
} from "../wire/messages.ts";
import { parseServerMessage } from "../wire/parse-server-message.ts";
import { backoffMs } from "./backoff.ts";
import type { BackoffOptions, ClientClock, ClientSocket, ConnectionStatus } from "./client.ts";
import { rebuildError } from "./rebuild-error.ts";
import type { SocketClass } from "./socket-class.ts";

/** How long an attempt may take until the server's welcome. */
const WELCOME_MS = 20_000;

/** A connection that has lived this long counts as good: the next retry is soon again. */
const STABLE_MS = 5_000;

/** What a connection needs of its client. */
export interface ConnectionHost {
  url(): string;
  hello(): HelloMessage;
  /** The server has answered: from now on `send` works. Gives whether a session that the page had is lost. */
  welcomed(message: WelcomeMessage): boolean;
  /** The status says so too now. */
  connected(message: WelcomeMessage, isLost: boolean): void;
  updated(message: UpdateMessage): void;
  /** The socket is gone; another one follows unless the status is `closed`. */
  lost(): void;
  /** Another document has taken over the token. */
  replaced(): void;
  /** The server won't talk to this page; the status is `closed`. */
  refused(error: MeanwhileError): void;
  statusChanged(): void;
  /** Something went wrong that the connection gets over by itself. */
  failed(error: unknown): void;
}

/** How a connection opens its sockets. */
export interface ConnectionConfig {
  readonly socketClass: SocketClass;
  readonly backoff: BackoffOptions;
  readonly clock: ClientClock;
}

/**
 * A connection that is kept up: at most one socket at a time, each begun with `hello`, each lost one followed by another after a pause.
 *
 *     closed --open--> trying --welcome--> connected --loss--> waiting --time, open--> trying
 *                      trying --loss, no welcome in time--> waiting
 *                      any --stop, refused--> closed
 *
 * The status is `connecting` or `reconnecting` while trying and waiting.
 */
export class Connection {
  status: ConnectionStatus = Object.freeze({
    status: "connecting",
    attempt: 0,
    nextRetryAt: undefined,
    sessionId: undefined,
    error: undefined,
  });

  readonly #host: ConnectionHost;
  readonly #config: ConnectionConfig;
  /** While trying and connected. What any other socket still says is not listened to. */
  #socket: ClientSocket | undefined;
  /** While trying: its end; while waiting: the next attempt. */
  #timer: unknown;
  /** Attempts since the last good connection. */
  #failures = 0;
  /** While connected: since when. */
  #welcomedAt: number | undefined;

  constructor(host: ConnectionHost, config: ConnectionConfig) {
    this.#host = host;
    this.#config = config;
  }

  get isConnected(): boolean {
    return this.#welcomedAt !== undefined;
  }

  /** Tries now, unless a socket is open or opening. */
  open(): void {
    if (this.#socket !== undefined) return;
    this.#config.clock.clearTimeout(this.#timer);
    this.#setStatus({
      status: this.status.sessionId === undefined || this.status.status === "closed" ? "connecting" : "reconnecting",
      nextRetryAt: undefined,
      error: undefined,
    });
    try {
      this.#attach(new this.#config.socketClass(this.#host.url()));
    } catch (error) {
      this.#host.failed(error);
      this.#retryLater();
    }
  }

  /** Only while connected. */
  send(message: ClientMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  /** Closes, and stays closed until `open`. */
  stop(closeCode?: number, error?: MeanwhileError): void {
    this.#setStatus({ status: "closed", attempt: 0, nextRetryAt: undefined, error });
    this.#detach(closeCode);
  }

  #attach(socket: ClientSocket): void {
    this.#socket = socket;
    this.#timer = this.#config.clock.setTimeout(() => this.#lose(), WELCOME_MS);
    const whileInUse =
      <E>(listener: (event: E) => void) =>
      (event: E): void => {
        if (this.#socket === socket) listener(event);
      };
    socket.onopen = whileInUse(() => this.send(this.#host.hello()));
    socket.onmessage = whileInUse(({ data }: { data: unknown }) => this.#receive(data));
    socket.onclose = whileInUse(({ code }: { code: number }) => {
      if (code === CLOSE_CODES.replaced) this.#host.replaced();
      this.#lose();
    });
    socket.onerror = () => {}; // `onclose` follows; without a listener `ws` would throw
  }

  #receive(data: unknown): void {
    try {
      this.#handle(parseServerMessage(data));
    } catch (error) {
      this.#host.failed(error);
      this.#lose(); // what the page holds may be out of step: a new connection begins with full updates
    }
  }

  #handle(message: ServerMessage): void {
    if (message.type === "update") this.#host.updated(message);
    else if (message.type === "refused") this.#refused(rebuildError(message));
    else {
      const { clock } = this.#config;
      clock.clearTimeout(this.#timer);
      this.#welcomedAt = clock.now();
      const isLost = this.#host.welcomed(message);
      this.#setStatus({ status: "connected", attempt: 0, sessionId: message.sessionId });
      this.#host.connected(message, isLost);
    }
  }

  #refused(error: MeanwhileError): void {
    if (error.code === "APP_CLOSED") return; // the server goes away, and may come back: its close follows
    this.stop(undefined, error);
    this.#host.refused(error);
  }

  #lose(): void {
    this.#detach();
    if (this.status.status !== "closed") this.#retryLater();
  }

  /** Lets go of the socket. */
  #detach(closeCode?: number): void {
    const { clock } = this.#config;
    clock.clearTimeout(this.#timer);
    if (this.#welcomedAt !== undefined && clock.now() - this.#welcomedAt >= STABLE_MS) this.#failures = 0;
    this.#welcomedAt = undefined;
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    socket.close(closeCode ?? 1000);
    this.#host.lost();
  }

  #retryLater(): void {
    const { clock, backoff } = this.#config;
    this.#failures += 1;
    const delay = backoffMs(this.#failures, backoff);
    this.#timer = clock.setTimeout(() => this.open(), delay);
    this.#setStatus({
      status: this.status.sessionId === undefined ? "connecting" : "reconnecting",
      attempt: this.#failures,
      nextRetryAt: clock.now() + delay,
    });
  }

  #setStatus(change: Partial<ConnectionStatus>): void {
    this.status = Object.freeze({ ...this.status, ...change });
    this.#host.statusChanged();
  }
}
