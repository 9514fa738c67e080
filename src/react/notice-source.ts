import type { Client, ConnectionStatus } from "../client/index.ts";

/** How long a page says that it is connected again, in milliseconds. */
const BACK_MS = 3_000;

/** What there is to tell a person about the page's connection; a new object whenever something in it changes. */
export interface ConnectionNotice {
  /**
   * `connecting`: the first connection takes long. `reconnecting`: the connection was lost. `offline`: the network too, by what the browser says.
   * `closed`: the server has refused this page for good; `connection.error` says why. `connected`: what was told is over; goes by itself. `lost`, `changed`: the page
   * has a fresh session, as `ConnectionStatus.session` has it; stays until `dismiss()`.
   */
  readonly kind: "connecting" | "reconnecting" | "offline" | "closed" | "connected" | "lost" | "changed";
  readonly connection: ConnectionStatus;
  /** How many seconds remain until the next attempt, at least 1; undefined while one is running, and where waiting is not what it is about. */
  readonly seconds: number | undefined;
  /** Tries again now: connects anew, or reloads a page that is of another version than the server. */
  readonly retry: () => void;
  /** Takes a `lost` or `changed` as read. */
  readonly dismiss: () => void;
}

/** The fresh session of each client that a person was told of, and has taken as read. */
const dismissed = new WeakMap<Client, string | undefined>();

/**
 * When to tell what about a client's connection: nothing until it has been away for `delayMs`, then how it stands, and for a moment that it is back. Shorter
 * losses change nothing. Timers and listeners are there only while somebody is subscribed.
 */
export class NoticeSource {
  readonly #client: Client;
  readonly #delayMs: number;
  #notice: ConnectionNotice | undefined;
  #listener: (() => void) | undefined;
  /** Set while something will be different later without anybody saying so. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** While the connection is away: from when on that is told. */
  #dueAt: number | undefined;
  /** Whether it is told. */
  #isTold = false;
  /** Until when it is told that the connection is back. */
  #backUntil = 0;
  /** A fresh session that nobody has taken as read. */
  #fresh: "lost" | "changed" | undefined;

  constructor(client: Client, delayMs: number) {
    this.#client = client;
    this.#delayMs = delayMs;
  }

  readonly current = (): ConnectionNotice | undefined => this.#notice;

  /** Takes one listener at a time: a component's. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const unfollow = this.#client.onConnection(this.#look);
    addEventListener("online", this.#look);
    addEventListener("offline", this.#look);
    this.#listener = listener;
    this.#look();
    return () => {
      unfollow();
      removeEventListener("online", this.#look);
      removeEventListener("offline", this.#look);
      clearTimeout(this.#timer);
      this.#notice = this.#listener = undefined;
      this.#forget();
    };
  };

  #forget(): void {
    this.#dueAt = undefined;
    this.#isTold = false;
    this.#backUntil = 0;
  }

  readonly #look = (): void => {
    const { connection } = this.#client;
    const { status, session, sessionId, error, nextRetryAt = 0 } = connection;
    const now = Date.now();
    let kind: ConnectionNotice["kind"] | undefined;
    let seconds: number | undefined;
    if (status === "connected") {
      const isFresh = session === "lost" || session === "changed";
      if (isFresh && dismissed.get(this.#client) !== sessionId) this.#fresh = session;
      if (this.#isTold) this.#backUntil = now + BACK_MS;
      this.#isTold = false;
      this.#dueAt = undefined;
    } else if (status === "closed" && error === undefined) {
      this.#forget(); // the app has closed it, or the page goes
    } else {
      this.#dueAt ??= now + this.#delayMs;
      this.#isTold ||= this.#dueAt <= now;
    }
    if (this.#isTold) {
      this.#backUntil = 0;
      kind = status === "closed" || navigator.onLine ? status : "offline";
      if (kind !== "offline" && nextRetryAt > now) seconds = Math.ceil((nextRetryAt - now) / 1000);
    } else {
      kind = this.#fresh ?? (now < this.#backUntil ? "connected" : undefined);
    }
    clearTimeout(this.#timer);
    const secondEndsAt = seconds === undefined ? 0 : nextRetryAt - (seconds - 1) * 1000;
    const next = Math.min(...[this.#dueAt ?? 0, this.#backUntil, secondEndsAt].filter((at) => at > now));
    if (next < Infinity) this.#timer = setTimeout(this.#look, next - now);
    this.#tell(kind && { kind, connection, seconds, retry: this.#retry, dismiss: this.#dismiss });
  };

  #tell(notice: ConnectionNotice | undefined): void {
    const before = this.#notice;
    const isSame =
      before?.kind === notice?.kind && before?.connection === notice?.connection && before?.seconds === notice?.seconds;
    if (isSame) return;
    this.#notice = notice;
    this.#listener?.();
  }

  readonly #retry = (): void => {
    // The client has reloaded by itself already, as often as may help.
    if (this.#client.connection.error?.code === "PROTOCOL_MISMATCH") location.reload();
    else this.#client.reconnect();
  };

  readonly #dismiss = (): void => {
    dismissed.set(this.#client, this.#client.connection.sessionId);
    this.#fresh = undefined;
    this.#look();
  };
}
