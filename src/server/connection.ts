import type { Clock, Timer } from "../base/clock.ts";
import { LimitError, ProtocolError, UnknownStateError } from "../base/errors.ts";
import { makeId } from "../sessions/make-id.ts";
import type { Session, Subscriber } from "../sessions/session.ts";
import type { Router } from "../state/router.ts";
import type { StateDefinition } from "../state/state-definition.ts";
import { RunList } from "../tasks/run-list.ts";
import {
  CLOSE_CODES,
  PROTOCOL_VERSION,
  type CallMessage,
  type CallResult,
  type ClientMessage,
  type FreshReason,
  type HelloMessage,
  type ServerMessage,
  type StateUpdate,
  type WelcomeMessage,
  type WirePage,
} from "../wire/messages.ts";
import { parseClientMessage } from "../wire/parse-client-message.ts";
import { updateText } from "../wire/update-text.ts";
import type { DocumentRecord } from "./document-record.ts";
import { helloTimeout, rateLimited, type ConnectionLimits } from "./limits.ts";
import type { PeerRequest, PeerSocket } from "./peer.ts";
import { parseQuery } from "./parse-query.ts";
import { fullRuns, RunFeed } from "./run-feed.ts";
import { fullUpdate, StateFeed, type Feed, type FeedMark, type OnComputedError } from "./state-feed.ts";
import { TokenBucket } from "./token-bucket.ts";

/** With so many bytes unsent, a connection takes no more updates until half of them have left: it then gets one with the newest state. */
const HIGH_WATER_BYTES = 256 * 1024;

/** With so many results that the page has not acknowledged there is no point in going on. */
const MAX_KEPT_RESULTS = 10_000;

/** What a page that has said hello gets. */
export interface Opened {
  readonly session: Session;
  readonly record: DocumentRecord;
  /** Whether the record is new: nothing is known of what the document has called before. */
  readonly isNewDocument: boolean;
  readonly resumed: boolean;
  readonly fresh: FreshReason | undefined;
  /** What handlers see as `router.session.identity`. */
  readonly identity: Router["session"]["identity"];
}

/** What a connection asks of the app. */
export interface ConnectionHost {
  readonly clock: Clock;
  readonly limits: ConnectionLimits;
  /** What a page that says hello gets; undefined where it has left meanwhile. Rejects with the reason where it is refused. */
  openSession(connection: Connection, hello: HelloMessage): Promise<Opened | undefined>;
  stateNamed(name: string): StateDefinition | undefined;
  /** The session's runs of the task of that name. */
  runsNamed(session: Session, name: string): RunList | undefined;
  /** Runs a call; `settled` is told its result once. */
  call(session: Session, message: CallMessage, settled: (result: CallResult) => void): void;
  /** The page begins to use states: their onLoad handlers run, once for each document. */
  loaded(session: Session, record: DocumentRecord, definitions: readonly StateDefinition[]): void;
  readonly onComputedError: OnComputedError;
  /** What the page is told of an error that its messages have led to. */
  refusal(error: unknown): { readonly code: string; readonly message: string; readonly retry: boolean };
  connectionClosed(connection: Connection, session: Session | undefined, closeCode: number): void;
}

/**
 * One page's connection.
 *
 * Life: greeting (waits for `hello`, then for its session) → open (attached to the session, fed with updates; stalled now and then, while the line does
 * not take what is sent) → closed.
 */
export class Connection implements Subscriber {
  /** The id of this connection, which handlers see as `router.session.sessionId`. */
  readonly id = makeId();
  readonly socket: PeerSocket;
  readonly request: PeerRequest;
  /** Of the page's document; empty until `hello`. */
  documentId = "";
  readonly #host: ConnectionHost;
  readonly #bucket: TokenBucket;
  #phase: "greeting" | "opening" | "open" | "closed" = "greeting";
  /** Once closed. */
  #closeCode = 1006;
  /** While greeting and opening: its end. While stalled: when the page counts as stuck. */
  #timer: Timer | undefined;
  #opened: Opened | undefined;
  readonly #feeds = new Map<string, Feed>();
  /** How many of them are of runs. */
  #runFeeds = 0;
  #isStalled = false;
  #hasHeard = false;

  constructor(socket: PeerSocket, request: PeerRequest, host: ConnectionHost) {
    this.socket = socket;
    this.request = request;
    this.#host = host;
    const { clock, limits } = host;
    this.#bucket = new TokenBucket(clock, limits.maxEventsPerSecond, limits.eventBurst);
    this.#timer = clock.setTimer(limits.helloTimeoutMs, () => this.#fail(helloTimeout(limits.helloTimeoutMs)), false);
  }

  get session(): Session | undefined {
    return this.#opened?.session;
  }

  get isClosed(): boolean {
    return this.#phase === "closed";
  }

  get wantsCommits(): boolean {
    return this.#feeds.size > 0;
  }

  /** A message has arrived: hostile until parsed. */
  receive(frame: unknown): void {
    if (this.#phase === "closed") return;
    this.#hasHeard = true;
    const verdict = this.#bucket.take();
    this.#orRefuse(() => {
      if (verdict === "flood") throw rateLimited(this.#host.limits.maxEventsPerSecond);
      this.#take(parseClientMessage(frame), verdict === "over");
    });
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
    this.#closeCode = code;
    this.#timer?.cancel();
    const session = this.#opened?.session;
    this.#endFeeds(this.#feeds.keys());
    if (this.#opened !== undefined) {
      this.#opened.session.subscribers.delete(this);
      this.#opened.session.scheduler.forget(this);
      if (this.#opened.record.onResult === this.#onResult) this.#opened.record.onResult = undefined;
    }
    this.#host.connectionClosed(this, session, code);
  }

  /** Looks after the line, every `heartbeatMs`: cuts one from which nothing comes any more, and gives a sign of life to the page. */
  beat(): void {
    if (this.#phase === "closed") return;
    if (!this.#hasHeard && !this.#isStalled) {
      void this.socket.isAlive(this.#host.limits.heartbeatMs).then((isAlive) => {
        if (isAlive || this.#hasHeard || this.#isStalled || this.#phase === "closed") return;
        this.socket.terminate();
        this.closed(1006);
      });
    }
    if (!this.#isStalled && this.#phase === "open") this.#send({ type: "beat" });
    this.#hasHeard = false;
  }

  /** Sends what is new since the last time: called by the scheduler. */
  flush(): void {
    if (this.#phase !== "open" || this.#isStalled) return;
    const session = this.#opened!.session;
    let states: Record<string, StateUpdate> | undefined;
    if (this.#runFeeds > 0) RunFeed.refresh(session, this.#feeds.values());
    const reader = session.reader();
    for (const [name, feed] of this.#feeds) {
      const update = feed.next(reader);
      if (update !== undefined) (states ??= {})[name] = update;
    }
    this.#update(reader.snapshot.version, states);
  }

  /** After a reload of the state classes: everything anew. */
  refeed(): void {
    if (this.#phase !== "open") return;
    const names = [...this.#feeds.keys()].filter((name) => this.#sourceNamed(name) !== undefined);
    this.#endFeeds(this.#feeds.keys());
    this.#opened!.record.forgetVersions();
    this.#orRefuse(() => this.#subscribe(names));
  }

  #take(message: ClientMessage, isTooFast: boolean): void {
    if (this.#phase === "open") return this.#handle(message, isTooFast);
    if (this.#phase === "opening") throw new ProtocolError("BAD_MESSAGE", `${message.type} came before the welcome.`);
    if (message.type !== "hello")
      throw new ProtocolError("BAD_MESSAGE", `The first message must be hello, not ${message.type}.`);
    this.#phase = "opening";
    this.documentId = message.document;
    this.#host.openSession(this, message).then(
      (opened) => {
        if (opened === undefined) return;
        // Closed in the very moment in which it was given its session: nobody has been told of that one.
        if (this.#phase === "closed") this.#host.connectionClosed(this, opened.session, this.#closeCode);
        else this.#orRefuse(() => this.#open(message, opened));
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #open(hello: HelloMessage, opened: Opened): void {
    const { session, record, resumed, fresh } = opened;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#opened = opened;
    this.#phase = "open";
    const marks = record.attach(hello.version, this.#onResult) ?? [];
    session.subscribers.add(this);
    session.presence.arrive(this.id);
    session.setRouter(this.#router(hello.page));
    const { heartbeatMs, maxMessageBytes } = this.#host.limits;
    const welcome: WelcomeMessage = {
      type: "welcome",
      protocol: PROTOCOL_VERSION,
      token: session.token,
      sessionId: this.id,
      resumed,
      ...(fresh === undefined ? {} : { fresh }),
      ...(resumed && opened.isNewDocument ? {} : { received: record.received }),
      heartbeatMs,
      maxMessageBytes,
    };
    this.#send(welcome);
    const held = marks.filter(
      ({ source }) => hello.held.includes(source.name) && this.#sourceNamed(source.name) === source,
    );
    this.#subscribe(hello.states, held);
  }

  /** Closes the connection where its messages lead to an error. */
  #orRefuse(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Tells the page why, and closes. */
  #fail(error: unknown): void {
    if (this.#phase === "closed") return;
    const refusal = this.#host.refusal(error);
    this.#send({ type: "refused", ...refusal });
    this.close(CLOSE_CODES.refused, refusal.code);
  }

  #handle(message: ClientMessage, isTooFast: boolean): void {
    const { session, record } = this.#opened!;
    switch (message.type) {
      case "subscribe":
        return this.#subscribe(message.states);
      case "unsubscribe":
        return this.#endFeeds(message.states);
      case "navigate":
        // In the order of the page's events: what was called before it still sees the old page.
        session.events.add(() => session.setRouter(this.#router(message.page)));
        return;
      case "call":
        return this.#call(session, record, message, isTooFast);
      case "ack":
        if (record.acknowledge(message.updates)) return;
        throw new ProtocolError("BAD_MESSAGE", "ack: there were not so many updates.");
      case "ping":
        return this.#send({ type: "beat" });
      case "hello":
        throw new ProtocolError("BAD_MESSAGE", "hello was said already.");
    }
  }

  #call(session: Session, record: DocumentRecord, message: CallMessage, isTooFast: boolean): void {
    if (!record.take(message.id)) return; // it was sent again, and was received before: its result comes, or is on its way
    const { maxEventsPerSecond, maxOpenCalls } = this.#host.limits;
    const error =
      record.keptResults > MAX_KEPT_RESULTS
        ? new ProtocolError("BAD_MESSAGE", `${MAX_KEPT_RESULTS} results wait to be acknowledged.`)
        : isTooFast
          ? rateLimited(maxEventsPerSecond)
          : record.openCalls > maxOpenCalls
            ? new LimitError("TOO_MANY_CALLS", `More than ${maxOpenCalls} calls of this session are open.`)
            : undefined;
    if (error === undefined) return this.#host.call(session, message, (result) => record.settle(result));
    record.settle({ id: message.id, ok: false, error: { code: error.code, message: error.message } });
    if (error instanceof ProtocolError) throw error;
  }

  /** First values at once, so that onLoad handlers come after them and before the page's own events. `held` is what the page has already. */
  #subscribe(names: readonly string[], held: readonly FeedMark[] = []): void {
    const { session, record } = this.#opened!;
    const isOwed = this.#isStalled;
    // What the other feeds have is of the same version or older.
    if (this.#feeds.size > 0) this.flush();
    if (names.some((name) => name.includes("."))) session.nextVersion();
    const reader = session.reader();
    const states: Record<string, StateUpdate> = {};
    const definitions: StateDefinition[] = [];
    for (const name of names) {
      const definition = this.#sourceNamed(name);
      if (definition === undefined) throw new UnknownStateError(`This app has no state named ${name}.`);
      if (this.#feeds.has(name)) continue;
      const mark = held.find(({ source }) => source === definition);
      if (definition instanceof RunList) {
        const feed = new RunFeed(definition, mark);
        states[name] = mark === undefined ? fullRuns(definition) : (feed.next() ?? { patch: {} });
        this.#feeds.set(name, feed);
        this.#runFeeds += 1;
        continue;
      }
      const { onComputedError } = this.#host;
      const feed =
        mark === undefined
          ? StateFeed.after(definition, reader, onComputedError)
          : StateFeed.from(definition, mark, onComputedError);
      states[name] =
        mark === undefined ? fullUpdate(definition, reader, onComputedError) : (feed.next(reader) ?? { patch: {} });
      this.#feeds.set(name, feed);
      definitions.push(definition);
    }
    this.#update(reader.snapshot.version, Object.keys(states).length > 0 ? states : undefined);
    // A page that has this update, and not the one with what the others are owed, must not seem to have both.
    if (isOwed) session.nextVersion();
    if (definitions.length > 0) this.#host.loaded(session, record, definitions);
  }

  #sourceNamed(name: string): StateDefinition | RunList | undefined {
    return this.#host.stateNamed(name) ?? this.#host.runsNamed(this.#opened!.session, name);
  }

  #endFeeds(names: Iterable<string>): void {
    for (const name of names) {
      const feed = this.#feeds.get(name);
      if (feed === undefined) continue;
      feed.end();
      this.#feeds.delete(name);
      if (feed instanceof RunFeed) this.#runFeeds -= 1;
    }
  }

  /** Sends an update, if there is anything in it. */
  #update(version: number, states: Readonly<Record<string, StateUpdate>> | undefined): void {
    const { record } = this.#opened!;
    const results = record.takeResults();
    if (states === undefined && results.length === 0) return;
    this.#sendText(updateText(version, states, results));
    const marks: FeedMark[] = [];
    for (const feed of this.#feeds.values()) marks.push(feed.mark);
    record.sent(version, marks);
  }

  readonly #onResult = (): void => this.#opened!.session.scheduler.markDirty(this);

  #router(page: WirePage): Router {
    const { session, identity } = this.#opened!;
    const { clientIp, headers } = this.request;
    return Object.freeze({
      session: Object.freeze({ clientToken: session.token, sessionId: this.id, clientIp, identity }),
      headers,
      page: Object.freeze({ path: page.path, query: parseQuery(page.query) }),
    });
  }

  #send(message: ServerMessage): void {
    this.#sendText(JSON.stringify(message));
  }

  #sendText(text: string): void {
    this.socket.send(text, this.#onSent);
    if (!this.#isStalled && this.socket.bufferedBytes > HIGH_WATER_BYTES && this.#phase === "open") {
      this.#isStalled = true;
      this.#watchStall();
    }
  }

  readonly #onSent = (): void => {
    if (!this.#isStalled || this.#phase !== "open" || this.socket.bufferedBytes > HIGH_WATER_BYTES / 2) return;
    this.#isStalled = false;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#hasHeard = true; // it takes what is sent
    this.#opened!.session.scheduler.markDirty(this);
  };

  /** A stalled line that takes anything is slow; one that takes nothing for `stuckMs` is given up. */
  #watchStall(): void {
    const before = this.socket.bufferedBytes;
    this.#timer = this.#host.clock.setTimer(
      this.#host.limits.stuckMs,
      () => {
        if (this.socket.bufferedBytes < before) this.#watchStall();
        else this.close(CLOSE_CODES.stuck, "the page does not read");
      },
      false,
    );
  }
}
