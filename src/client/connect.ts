import { ConnectionLostError, type MeanwhileError, SessionLostError } from "../base/errors.ts";
import { MAX_ARGUMENT_DEPTH, MAX_URL_LENGTH } from "../wire/limits.ts";
import {
  type ClientMessage,
  CLOSE_CODES,
  DEFAULT_PATH,
  type FullUpdate,
  type HelloMessage,
  type PageData,
  PROTOCOL_VERSION,
  type UpdateMessage,
  type WelcomeMessage,
} from "../wire/messages.ts";
import { encodePlain } from "../wire/encode.ts";
import { type StateLike, stateNameOf } from "../wire/state-ref.ts";
import { CallPromise } from "./call-promise.ts";
import type {
  CallOptions,
  Client,
  ConnectionStatus,
  ConnectOptions,
  ErrorInfo,
  PageLocation,
  SessionInfo,
} from "./client.ts";
import { Connection } from "./connection.ts";
import { Debounces } from "./debounces.ts";
import { DROPPED } from "./dropped.ts";
import { currentLocation, followLocation } from "./follow-location.ts";
import { Listeners } from "./listeners.ts";
import { Outbox } from "./outbox.ts";
import { pageArguments } from "./page-arguments.ts";
import { readPageData } from "./page-data.ts";
import { followPageLife } from "./page-life.ts";
import { randomId } from "./random-id.ts";
import { encodeValues, recallValues, rememberValues } from "./remembered-values.ts";
import { decodeFull, Replica, type ReplicaHost } from "./replica.ts";
import { globalSocketClass } from "./socket-class.ts";
import { socketUrl } from "./socket-url.ts";
import { Subscriptions } from "./subscriptions.ts";
import { systemClock } from "./system-clock.ts";
import { TabIdentity } from "./tab-identity.ts";
import { pageStorage, TabStorage } from "./tab-storage.ts";

/**
 * Connects to a server, and again whenever the connection is lost, until `close()`.
 *
 * @throws ClientSetupError outside a browser without a `url`, or where there is no `WebSocket` and none was given.
 */
export function connect(options: ConnectOptions = {}): Client {
  return new PageClient(options);
}

/** Joins the organs of a client: each of them does one thing and knows none of the others. */
class PageClient implements Client {
  declare readonly [Symbol.dispose]: () => void;

  readonly #options: ConnectOptions;
  /** What the HTML's data block said. */
  readonly #html: PageData | undefined;
  readonly #storage: TabStorage;
  readonly #identity: TabIdentity;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #debounces: Debounces;
  readonly #subscriptions = new Subscriptions();
  readonly #replicas = new Map<string, Replica<unknown>>();
  readonly #replicaHost: ReplicaHost;
  readonly #connectionListeners = new Listeners((error) => this.#report(error));
  readonly #sessionListeners = new Listeners<SessionInfo>((error) => this.#report(error));
  /** Values that the tab's document before has kept, and that no replica has taken yet. */
  #recalled = new Map<string, FullUpdate>();
  /** Whether this tab had a session, here or in its document before. */
  #hasSession = false;
  /** Whether the session can only have initial values: it is to be new, or is new and no event was called. */
  #isUntouched = false;
  /** Where the server has this page. */
  #page: PageLocation | undefined;
  /** Whether the server will hear of changed subscriptions in a microtask: all of one React commit go together. */
  #isFlushing = false;
  /** Stops following the page; undefined once the client is closed. */
  #unfollow: (() => void) | undefined;

  constructor(options: ConnectOptions) {
    const { url, storage = pageStorage(), maxWaitingCalls = 1000, backoff = {}, clock = systemClock } = options;
    this.#options = options;
    this.#html = this.#readHtml();
    const path = options.path ?? this.#html?.path ?? DEFAULT_PATH;
    const prefix = `meanwhile:${typeof url === "string" ? url : ""}${path}:`;
    this.#storage = new TabStorage(storage || undefined, prefix);
    this.#identity = new TabIdentity(randomId(), this.#storage, clock, prefix);
    this.#outbox = new Outbox(maxWaitingCalls);
    this.#debounces = new Debounces(clock);
    if (typeof url !== "function") socketUrl(url, path); // a client that can have no address says so at once
    this.#connection = new Connection(
      {
        url: () => socketUrl(typeof url === "function" ? url() : url, path),
        hello: () => this.#hello(),
        welcomed: (message) => this.#welcomed(message),
        connected: ({ sessionId, resumed }, isLost) =>
          this.#sessionListeners.notify({ sessionId, resumed, lost: isLost }),
        updated: (message) => this.#updated(message),
        lost: () => this.#lost(),
        replaced: () => this.#identity.keep(undefined),
        refused: (error) => this.#refused(error),
        statusChanged: () => this.#connectionListeners.notify(),
        failed: (error) => this.#report(error),
      },
      { socketClass: options.webSocket ?? globalSocketClass(), backoff, clock },
    );
    this.#replicaHost = {
      clock,
      want: (name) => this.#flushSoon(this.#subscriptions.want(name)),
      unwant: (name) => this.#flushSoon(this.#subscriptions.unwant(name)),
      call: (...call) => this.#call(...call),
      failed: (error) => this.#report(error),
    };
    // Not every browser has `Symbol.dispose`.
    if (Symbol.dispose !== undefined) Object.defineProperty(this, Symbol.dispose, { value: () => this.close() });
    this.#start();
  }

  get connection(): ConnectionStatus {
    return this.#connection.status;
  }

  state<S>(state: StateLike<S>): Replica<S> {
    const name = stateNameOf(state);
    let replica = this.#replicas.get(name);
    if (replica === undefined) {
      replica = new Replica<unknown>(name, initialOf(this.#html, name), this.#replicaHost);
      this.#replicas.set(name, replica);
      this.#seed(replica);
    }
    return replica as Replica<S>;
  }

  onConnection(listener: () => void): () => void {
    return this.#connectionListeners.add(listener);
  }

  onSession(listener: (session: SessionInfo) => void): () => void {
    return this.#sessionListeners.add(listener);
  }

  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = this.onConnection(() => check());
      const check = (): void => {
        const { status, error } = this.connection;
        if (status === "connected") resolve();
        else if (status === "closed") reject(error ?? closedError());
        else return;
        stop();
      };
      check();
    });
  }

  reconnect(): void {
    for (const replica of this.#replicas.values()) replica.retry();
    if (this.#unfollow === undefined) this.#start();
    else this.#connection.open();
  }

  close(): void {
    if (this.#unfollow === undefined) return;
    this.#unfollow();
    this.#unfollow = undefined;
    this.#debounces.flush();
    this.#connection.stop();
    this.#identity.release();
    this.#giveUp(closedError());
  }

  // --- the page's life

  #start(): void {
    const unfollowLife = followPageLife({
      left: () => this.#pageLeft(),
      restored: () => this.#claim(),
      woken: () => this.connection.status !== "closed" && this.#connection.open(),
    });
    const unfollowLocation = followLocation(() => this.#tellPage());
    this.#unfollow = () => {
      unfollowLife();
      unfollowLocation();
    };
    this.#claim();
  }

  /** Finds out which session this document may ask for, shows what is known of it, and connects. */
  #claim(): void {
    this.#identity.claim(() => {
      this.#hasSession = this.#identity.token !== undefined;
      this.#isUntouched = !this.#hasSession;
      const recalled = new Map(Object.entries(recallValues(this.#storage)));
      if (this.#hasSession && this.#options.remember !== false) this.#recalled = recalled;
      for (const replica of this.#replicas.values()) if (this.#seed(replica)) replica.notify();
      this.#connection.open();
    });
  }

  /** Gives a replica without values the best that there is before the first snapshot. */
  #seed(replica: Replica<unknown>): boolean {
    const { name, initial, events, values } = replica;
    const recalled = this.#recalled.get(name);
    if (values !== undefined) return false;
    if (recalled !== undefined) {
      this.#recalled.delete(name);
      return replica.hold(decodeFull(recalled), "tab");
    }
    return this.#isUntouched && initial !== undefined && replica.hold({ values: initial, events }, "html");
  }

  #pageLeft(): void {
    this.#debounces.flush();
    if (this.#options.remember !== false) {
      const states = this.#recalled;
      for (const { name, values, events, isKnown } of this.#replicas.values()) {
        if (isKnown && values !== undefined) states.set(name, encodeValues(values, events));
      }
      rememberValues(this.#storage, states);
    }
    this.#connection.stop(CLOSE_CODES.pageLeft);
    this.#identity.release();
  }

  #readHtml(): PageData | undefined {
    try {
      return readPageData();
    } catch (error) {
      this.#report(error);
      return undefined;
    }
  }

  // --- the connection's life

  #hello(): HelloMessage {
    const { documentId, token } = this.#identity;
    this.#page = this.#whereIsPage();
    return {
      type: "hello",
      protocol: PROTOCOL_VERSION,
      document: documentId,
      ...(token === undefined ? {} : { token }),
      page: this.#page,
      states: this.#subscriptions.begin(),
    };
  }

  #welcomed({ token, resumed }: WelcomeMessage): boolean {
    const isLost = this.#hasSession && !resumed;
    this.#hasSession = true;
    this.#identity.keep(token);
    this.#storage.set("reloaded", undefined);
    if (isLost) {
      this.#isUntouched = false;
      this.#outbox.rejectWaiting(
        (name) => new SessionLostError(`${name} was not sent: the server no longer has the session it was meant for.`),
      );
    }
    this.#tellPage();
    this.#flush();
    return isLost;
  }

  #updated({ states = {}, results = [] }: UpdateMessage): void {
    // All or nothing: what can't be applied throws before anything is shown.
    const changes = Object.entries(states).flatMap(([name, update]) => {
      const replica = this.#replicas.get(name);
      return replica === undefined ? [] : [{ replica, next: replica.next(update) }];
    });
    const changed = changes.filter(({ replica, next }) => replica.hold(next, "server"));
    for (const { replica } of changed) replica.notify();
    this.#outbox.settle(results);
  }

  #lost(): void {
    for (const replica of this.#replicas.values()) replica.fallOutOfStep();
    this.#outbox.rejectSent();
  }

  #refused(error: MeanwhileError): void {
    // An old page of a new server: one reload, and only if the tab can tell that it was tried.
    if (
      error.code === "PROTOCOL_MISMATCH" &&
      typeof location !== "undefined" &&
      this.#storage.get("reloaded") === undefined
    ) {
      this.#storage.set("reloaded", "1");
      if (this.#storage.get("reloaded") !== undefined) return location.reload();
    }
    this.#giveUp(error);
    this.#report(error);
  }

  #giveUp(error: MeanwhileError): void {
    this.#outbox.rejectWaiting(() => error);
    for (const replica of this.#replicas.values()) replica.fail(error);
  }

  // --- what the page says

  #call(state: string, event: string, args: readonly unknown[], { debounce, temporal }: CallOptions): Promise<unknown> {
    return new CallPromise<unknown>(
      (resolve, reject) => {
        const encoded = pageArguments(args).map((value) => encodePlain(value, MAX_ARGUMENT_DEPTH));
        const send = (): void => {
          const { status, error } = this.connection;
          if (status === "closed") return reject(error ?? closedError());
          if (temporal && status !== "connected") return resolve(DROPPED);
          this.#isUntouched = false;
          this.#outbox.add(state, event, encoded, resolve, reject);
          this.#flush();
        };
        if (debounce === undefined) {
          this.#debounces.flush();
          send();
        } else {
          this.#debounces.delay(`${state}.${event},${debounce},${temporal}`, debounce, send, () => resolve(DROPPED));
        }
      },
      (error) => this.#report(error, { state, event }),
    );
  }

  /** Sends what the server has to know: subscriptions first, since a state's `onLoad` runs before its page's own events. */
  #flush(): void {
    if (!this.#connection.isConnected) return;
    const send = (message: ClientMessage): void => this.#connection.send(message);
    this.#subscriptions.tell(send);
    this.#outbox.flush(send);
  }

  #flushSoon(_change: void): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #tellPage(): void {
    const page = this.#whereIsPage();
    if (!this.#connection.isConnected || (page.path === this.#page?.path && page.query === this.#page.query)) return;
    this.#page = page;
    this.#connection.send({ type: "navigate", page });
  }

  #whereIsPage(): PageLocation {
    const { path, query } = (this.#options.page ?? currentLocation)();
    return { path: path.slice(0, MAX_URL_LENGTH), query: query.slice(0, MAX_URL_LENGTH) };
  }

  #report(error: unknown, info: ErrorInfo = { state: undefined, event: undefined }): void {
    const { onError = logError } = this.#options;
    onError(error, info);
  }
}

function initialOf(html: PageData | undefined, name: string): FullUpdate | undefined {
  return html !== undefined && Object.hasOwn(html.states, name) ? html.states[name] : undefined;
}

function closedError(): ConnectionLostError {
  return new ConnectionLostError("The client is closed.");
}

function logError(error: unknown, { state, event }: ErrorInfo): void {
  console.error(state === undefined ? "meanwhile:" : `meanwhile: ${state}.${event} failed:`, error);
}
