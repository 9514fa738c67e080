import {
  connect,
  type Client,
  type ConnectOptions,
  type Page,
  type StateLike,
  type TokenStorage,
} from "../client/index.ts";
import type { App } from "../server/index.ts";
import type { ManualClock } from "./manual-clock.ts";
import { type Direction, MemorySocket, type MemoryLine } from "./memory-socket.ts";

const BOTH: readonly Direction[] = ["sent", "received"];

/** How a test's page is made. */
export interface TestPageOptions {
  /** The headers of the request that opens its connection, lower-case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly clientIp?: string;
  /** Where the page is. Default `/` without a query. */
  readonly path?: string;
  readonly query?: string;
  /** The tab's `sessionStorage`; give the one of another page to reload or to duplicate it. */
  readonly storage?: MemoryStorage;
  readonly client?: Partial<ConnectOptions>;
}

/** A tab's storage, in memory. */
export class MemoryStorage implements TokenStorage {
  readonly #items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }
  removeItem(key: string): void {
    this.#items.delete(key);
  }
  /** A copy, as a duplicated tab gets one. */
  copy(): MemoryStorage {
    const copy = new MemoryStorage();
    for (const [key, value] of this.#items) copy.setItem(key, value);
    return copy;
  }
}

/** A page in the test's own process: the real client over a line in memory. */
export class TestPage {
  readonly client: Client;
  readonly storage: MemoryStorage;
  /** Every frame that the page has sent and received. */
  readonly frames: readonly { readonly direction: "sent" | "received"; readonly text: string }[];
  readonly #line: MemoryLine;
  readonly #unsubscribe: (() => void)[] = [];
  readonly #used = new Set<string>();
  /** All sockets whose messages may still be on their way. */
  readonly #sockets = new Set<MemorySocket>();

  constructor(path: string, app: () => App | undefined, clock: ManualClock, options: TestPageOptions = {}) {
    const line: MemoryLine = {
      app,
      clock,
      headers: Object.freeze({ ...options.headers }),
      clientIp: options.clientIp ?? "127.0.0.1",
      isUp: true,
      stalled: new Set(),
      socket: undefined,
      frames: [],
      activity: 0,
    };
    this.#line = line;
    const sockets = this.#sockets;
    this.frames = line.frames;
    this.storage = options.storage ?? new MemoryStorage();
    this.client = connect({
      url: "ws://test",
      path,
      storage: this.storage,
      page: () => ({ path: options.path ?? "/", query: options.query ?? "" }),
      backoff: { random: () => 1 },
      ...options.client,
      webSocket: class extends MemorySocket {
        constructor() {
          super(line);
          sockets.add(this);
        }
      },
      clock: {
        now: () => clock.wallNow(),
        // Not counted as a leak: what the page still has to do when it is closed harms nobody.
        setTimeout: (callback, ms) => clock.setTimer(ms, callback, false),
        clearTimeout: (timer) => (timer as { cancel(): void } | undefined)?.cancel(),
      },
    });
  }

  /** A state as this page sees it, subscribed: its vars and events are there after the next `settle()`. */
  state<S>(state: StateLike<S>): Page<S> {
    const replica = this.client.state(state);
    if (!this.#used.has(replica.name)) {
      this.#used.add(replica.name);
      this.#unsubscribe.push(replica.subscribe(() => {}));
    }
    return replica.page;
  }

  /** What changes whenever something happens between page and app. */
  get activity(): number {
    return this.#line.activity;
  }

  /** What is on its way, in one direction or both, stays there, until `flow`; so does the end of a connection, and the beginning of a new one. */
  stall(...directions: Direction[]): void {
    for (const direction of directions.length > 0 ? directions : BOTH) this.#line.stalled.add(direction);
  }

  /** What was on its way arrives. */
  flow(): void {
    for (const direction of BOTH) {
      if (!this.#line.stalled.delete(direction)) continue;
      for (const socket of this.#sockets) socket.flow(direction);
    }
  }

  /** One message, the next one of a direction that is stalled, arrives. */
  step(direction: Direction): void {
    if (this.#line.stalled.has(direction)) this.#line.socket?.flow(direction, 1);
  }

  /** The line breaks, what is on its way is lost, and a new connection can be made at once. */
  cut(): void {
    this.#line.socket?.cut();
  }

  /** The connection dies and neither side is told: what is on its way, and all that follows, is lost. */
  vanish(): void {
    this.#line.socket?.vanish();
  }

  /** The line breaks, and no new connection can be made until `reconnect`. */
  disconnect(): void {
    this.#line.isUp = false;
    this.#line.socket?.cut();
  }

  /** The line is back; the page connects at once. */
  reconnect(): void {
    this.#line.isUp = true;
    // After the page has seen the line break, if that is still on its way.
    queueMicrotask(() => this.client.reconnect());
  }

  /** The page is closed on purpose, as by closing its tab. */
  leave(): void {
    this.#line.socket?.close(4001);
    this.close();
  }

  /** Ends the client. */
  close(): void {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    this.client.close();
  }
}
