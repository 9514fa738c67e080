import { ConnectionLostError, type MeanwhileError, SessionLostError } from "../base/errors.ts";
import { MAX_ARGUMENT_DEPTH, MAX_URL_LENGTH } from "../wire/limits.ts";
import {
  type ClientMessage,
  CLOSE_CODES,
  DEFAULT_PATH,
  type HelloMessage,
  type PageData,
  PROTOCOL_VERSION,
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
  SessionKind,
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
import type { Replica } from "./replica.ts";
import { Replicas } from "./replicas.ts";
import { PageRun } from "./runs.ts";
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
  readonly #storage: TabStorage;
  readonly #identity: TabIdentity;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #debounces: Debounces;
  readonly #subscriptions = new Subscriptions();
  readonly #replicas: Replicas;
  readonly #connectionListeners = new Listeners((error) => this.#report(error));
  readonly #sessionListeners = new Listeners<SessionInfo>((error) => this.#report(error));
  /** Where the server has this page. */
  #page: PageLocation | undefined;
  /** The longest message that the server takes. */
  #maxBytes = 0;
  /** Whether the server will hear of changed subscriptions in a microtask: all of one React commit go together. */
  #isFlushing = false;
  /** Stops following the page; undefined once the client is closed. */
  #unfollow: (() => void) | undefined;

  constructor(options: ConnectOptions) {
    const { url, storage = pageStorage(), backoff = {}, clock = systemClock } = options;
    const { remember = true, maxOpenCalls = 1000, maxOfflineMs = 900_000 } = options;
    this.#options = options;
    const html = this.#readHtml();
    const path = options.path ?? html?.path ?? DEFAULT_PATH;
    const prefix = `meanwhile:${typeof url === "string" ? url : ""}${path}:`;
    this.#storage = new TabStorage(storage || undefined, prefix);
    this.#identity = new TabIdentity(randomId(), this.#storage, clock, prefix);
    this.#outbox = new Outbox(
      clock,
      { maxOpenCalls, maxOfflineMs },
      (task, id) => new PageRun(id, this.#replicas.named(task), (error) => this.#report(error)),
    );
    this.#debounces = new Debounces(clock);
    if (typeof url !== "function") socketUrl(url, path); // a client that can have no address says so at once
    this.#connection = new Connection(
      {
        url: () => socketUrl(typeof url === "function" ? url() : url, path),
        hello: () => this.#hello(),
        welcomed: (message) => this.#welcomed(message),
        connected: (session) => this.#sessionListeners.notify(session),
        updated: (message) => {
          this.#replicas.apply(message);
          this.#outbox.settle(message.results ?? []);
        },
        lost: () => this.#outbox.startWaiting(),
        refused: (error) => this.#refused(error),
        statusChanged: () => this.#connectionListeners.notify(),
        failed: (error) => {
          this.#replicas.distrust();
          this.#report(error);
        },
      },
      { socketClass: options.webSocket ?? globalSocketClass(), backoff, clock },
    );
    const host = {
      clock,
      want: (name: string) => this.#flushSoon(this.#subscriptions.want(name)),
      unwant: (name: string) => this.#flushSoon(this.#subscriptions.unwant(name)),
      call: (state: string, event: string, args: readonly unknown[], callOptions: CallOptions) =>
        this.#call(state, event, args, callOptions),
      replica: (name: string) => this.#replicas.named(name),
      failed: (error: unknown) => this.#report(error),
    };
    this.#replicas = new Replicas(host, html, this.#storage, remember);
    // Not every browser has `Symbol.dispose`.
    if (Symbol.dispose !== undefined) Object.defineProperty(this, Symbol.dispose, { value: () => this.close() });
    this.#start();
  }

  get connection(): ConnectionStatus {
    return this.#connection.status;
  }

  state<S>(state: StateLike<S>): Replica<S> {
    return this.#replicas.named(stateNameOf(state)) as Replica<S>;
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
    for (const replica of this.#replicas) replica.retry();
    if (this.#unfollow === undefined) this.#start();
    else if (!this.#identity.isAsking) this.#connection.reopen(); // else that follows
  }

  close(): void {
    if (this.#unfollow === undefined) return;
    this.#unfollow();
    this.#unfollow = undefined;
    this.#debounces.flush();
    this.#connection.stop();
    this.#identity.release();
    this.#giveUp();
  }

  // --- the page's life

  #start(): void {
    const unfollowLife = followPageLife({
      left: () => this.#pageLeft(),
      restored: () => this.#claim(),
      woken: () => this.#connection.wake(),
      offline: () => this.#connection.probe(),
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
    this.#outbox.startWaiting();
    this.#identity.claim(() => {
      this.#replicas.recall(this.#identity.hasSession);
      this.#connection.open();
    });
  }

  #pageLeft(): void {
    this.#debounces.flush();
    this.#replicas.remember();
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
    const { documentId, token, isOwn } = this.#identity;
    const states = this.#subscriptions.begin();
    if (!isOwn) this.#replicas.distrust();
    this.#page = this.#whereIsPage();
    return {
      type: "hello",
      protocol: PROTOCOL_VERSION,
      document: documentId,
      ...(token === undefined ? {} : { token }),
      page: this.#page,
      states,
      ...this.#replicas.offer(states),
    };
  }

  #welcomed(message: WelcomeMessage): SessionKind {
    const { hasSession } = this.#identity;
    const kind = this.#identity.accept(message);
    this.#maxBytes = message.maxMessageBytes;
    this.#outbox.stopWaiting();
    if (kind === "resumed") this.#outbox.resume(message.received);
    else if (hasSession) {
      this.#replicas.leaveSession();
      this.#outbox.reject((fate) => new SessionLostError(`This page has another session now: ${fate}.`));
    }
    this.#tellPage();
    this.#flush();
    return kind;
  }

  #refused(error: MeanwhileError): void {
    // An old page of a new server: one reload for each pair of versions, and only if the tab can tell that it was tried.
    const { message } = error;
    const tried = this.#storage.get("reloaded") ?? "";
    if (error.code === "PROTOCOL_MISMATCH" && typeof location !== "undefined" && !tried.includes(message)) {
      this.#storage.set("reloaded", tried + message);
      if (this.#storage.get("reloaded") === tried + message) return location.reload();
    }
    // It may be somebody else who sees this tab next.
    if (error.code === "UNAUTHORIZED") this.#replicas.leaveSession();
    this.#giveUp(error);
    this.#report(error);
  }

  /** Nothing comes any more. */
  #giveUp(error?: MeanwhileError): void {
    this.#outbox.stopWaiting();
    this.#outbox.reject((fate, wasSent) =>
      wasSent || error === undefined ? new ConnectionLostError(`The client is closed: ${fate}.`) : error,
    );
    for (const replica of this.#replicas) replica.fail(error ?? closedError());
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
          this.#replicas.isUntouched = false;
          this.#outbox.add(state, event, encoded, resolve, reject);
          if (status !== "connected") this.#outbox.startWaiting();
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
    const { added, removed } = this.#subscriptions.tell(send);
    for (const name of added) this.#replicas.named(name).await();
    for (const name of removed) this.#replicas.named(name).fallOutOfStep();
    this.#outbox.flush((text) => this.#connection.sendText(text), this.#maxBytes);
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

function closedError(): ConnectionLostError {
  return new ConnectionLostError("The client is closed.");
}

function logError(error: unknown, { state, event }: ErrorInfo): void {
  console.error(state === undefined ? "meanwhile:" : `meanwhile: ${state}.${event} failed:`, error);
}
