import type { MeanwhileError } from "../base/errors.ts";
import type {
  ClientMessage,
  HelloMessage,
  RefusedMessage,
  ServerMessage,
  WelcomeMessage,
  UpdateMessage,
} from "../wire/messages.ts";
import { parseServerMessage } from "../wire/parse-server-message.ts";
import { Acks } from "./acks.ts";
import { backoffMs } from "./backoff.ts";
import type {
  BackoffOptions,
  ClientClock,
  ClientSocket,
  ConnectionStatus,
  SessionInfo,
  SessionKind,
} from "./client.ts";
import { rebuildError } from "./rebuild-error.ts";
import { Silence } from "./silence.ts";
import type { SocketClass } from "./socket-class.ts";

/** How long an attempt may take until the server's welcome. */
const WELCOME_MS = 20_000;

/** An attempt that is older than this when the network changes or the page wakes up may hang: it is begun anew. */
const FRESH_MS = 3_000;

/** A connection that has lived this long counts as good: the next retry is soon again. */
const STABLE_MS = 5_000;

/** What a connection needs of its client. */
export interface ConnectionHost {
  url(): string;
  hello(): HelloMessage;
  /** The server has answered: from now on `send` works. Gives how the page came to its session. */
  welcomed(message: WelcomeMessage): SessionKind;
  /** The status says so too now. */
  connected(session: SessionInfo): void;
  updated(message: UpdateMessage): void;
  /** The socket is gone; another one follows unless the status is `closed` already. */
  lost(): void;
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
 *     closed --open--> trying --welcome--> connected --loss, refused for now--> waiting --time, open, wake--> trying
 *                      trying --loss, no welcome in time, refused for now--> waiting
 *                      connected --silence, reopen--> trying
 *                      any --stop, refused--> closed
 *
 * The status is `connecting` or `reconnecting` while trying and waiting.
 */
export class Connection {
  status: ConnectionStatus = Object.freeze({
    status: "connecting",
    session: undefined,
    attempt: 0,
    nextRetryAt: undefined,
    sessionId: undefined,
    error: undefined,
  });

  readonly #host: ConnectionHost;
  readonly #config: ConnectionConfig;
  readonly #silence: Silence;
  readonly #acks: Acks;
  /** While trying and connected. What any other socket still says is not listened to. */
  #socket: ClientSocket | undefined;
  /** While trying: its end; while waiting: the next attempt. */
  #timer: unknown;
  /** When the last attempt began. */
  #triedAt = 0;
  /** Attempts since the last good connection. */
  #failures = 0;
  /** While connected: since when. */
  #welcomedAt: number | undefined;

  constructor(host: ConnectionHost, config: ConnectionConfig) {
    this.#host = host;
    this.#config = config;
    this.#silence = new Silence(config.clock, {
      ask: () => this.send({ type: "ping" }),
      giveUp: () => this.reopen(),
    });
    this.#acks = new Acks(config.clock, (message) => this.send(message));
  }

  get isConnected(): boolean {
    return this.#welcomedAt !== undefined;
  }

  /** Tries now, unless a socket is open or opening. */
  open(): void {
    const { clock, socketClass } = this.#config;
    if (this.#socket !== undefined) return;
    clock.clearTimeout(this.#timer);
    this.#triedAt = clock.now();
    try {
      this.#attach(new socketClass(this.#host.url()));
    } catch (error) {
      this.#retryLater();
      return this.#host.failed(error);
    }
    this.#setStatus({ status: this.#tryingStatus, nextRetryAt: undefined });
  }

  /** Tries now, with a new socket. */
  reopen(): void {
    this.#detach();
    this.open();
  }

  /** There may be a network again, or somebody looks: makes sure that there is a connection, or tries at once. */
  wake(): void {
    const isOld = this.#config.clock.now() - this.#triedAt > FRESH_MS;
    if (this.isConnected) this.probe();
    else if (this.status.nextRetryAt !== undefined || (this.#socket !== undefined && isOld)) this.reopen();
  }

  /** The connection may be dead: has the server answer, or tries anew. */
  probe(): void {
    if (this.isConnected) this.#silence.probe();
  }

  /** Only while connected. */
  send(message: ClientMessage): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(text: string): void {
    this.#socket?.send(text);
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
    // Whatever the code: who has the session now, the server says at the next hello.
    socket.onclose = whileInUse(() => this.#lose());
    socket.onerror = () => {}; // `onclose` follows; without a listener `ws` would throw
  }

  #receive(data: unknown): void {
    try {
      const message = parseServerMessage(data);
      this.#silence.heard(message.type === "beat");
      this.#handle(message);
    } catch (error) {
      this.#lose(); // what the page holds may be out of step: a new connection begins with full updates
      this.#host.failed(error);
    }
  }

  #handle(message: ServerMessage): void {
    if (message.type === "update") {
      const socket = this.#socket;
      this.#host.updated(message);
      if (this.#socket === socket) this.#acks.count(); // else a listener has closed it
    } else if (message.type === "refused") this.#refused(message);
    else if (message.type === "welcome") {
      const { clock } = this.#config;
      clock.clearTimeout(this.#timer);
      this.#welcomedAt = clock.now();
      this.#silence.start(message.heartbeatMs);
      const { sessionId } = message;
      const kind = this.#host.welcomed(message);
      this.#setStatus({ status: "connected", session: kind, attempt: 0, sessionId, error: undefined });
      this.#host.connected({ sessionId, kind });
    }
  }

  #refused(message: RefusedMessage): void {
    const error = rebuildError(message);
    if (message.retry) return this.#lose(error);
    this.stop(undefined, error);
    this.#host.refused(error);
  }

  #lose(error?: MeanwhileError): void {
    this.#detach();
    if (this.status.status !== "closed") this.#retryLater(error);
  }

  /** Lets go of the socket. */
  #detach(closeCode = 1000): void {
    const { clock } = this.#config;
    clock.clearTimeout(this.#timer);
    this.#silence.stop();
    this.#acks.reset();
    if (this.#welcomedAt !== undefined && clock.now() - this.#welcomedAt >= STABLE_MS) this.#failures = 0;
    this.#welcomedAt = undefined;
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    socket.close(closeCode);
    this.#host.lost();
  }

  #retryLater(error = this.status.error): void {
    const { clock, backoff } = this.#config;
    this.#failures += 1;
    const delay = backoffMs(this.#failures, backoff);
    this.#timer = clock.setTimeout(() => this.open(), delay);
    this.#setStatus({
      status: this.#tryingStatus,
      attempt: this.#failures,
      nextRetryAt: clock.now() + delay,
      error,
    });
  }

  get #tryingStatus(): "connecting" | "reconnecting" {
    const { status } = this.status;
    return status === "connecting" || status === "closed" ? "connecting" : "reconnecting";
  }

  #setStatus(change: Partial<ConnectionStatus>): void {
    this.status = Object.freeze({ ...this.status, ...change });
    this.#host.statusChanged();
  }
}
