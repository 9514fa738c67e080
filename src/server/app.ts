import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { systemClock, type Clock } from "../base/clock.ts";
import { UnknownSessionError } from "../base/errors.ts";
import type { DeepReadonly, Result } from "../data/deep-readonly.ts";
import { windowOf } from "../sessions/open-window.ts";
import { Scheduler } from "../sessions/scheduler.ts";
import { SessionLock } from "../sessions/session-lock.ts";
import { SessionRegistry } from "../sessions/session-registry.ts";
import { Session } from "../sessions/session.ts";
import { tokenHint } from "../sessions/token-hint.ts";
import { StateTable } from "../sessions/state-table.ts";
import type { AppHandle, BackgroundTask } from "../state/app-handle.ts";
import type { StateClass } from "../state/state-context.ts";
import type { State } from "../state/state.ts";
import { TaskRegistry, type TaskRegistryObserver } from "../tasks/task-registry.ts";
import { DEFAULT_PATH } from "../wire/messages.ts";
import type { AppOptions } from "./app-options.ts";
import { ErrorReporter } from "./error-reporter.ts";
import { EventDispatch } from "./event-dispatch.ts";
import { HttpFront } from "./http-front.ts";
import { Identities } from "./identities.ts";
import { argumentLimits, connectionLimits } from "./limits.ts";
import { LoopWatch } from "./loop-watch.ts";
import { modifySession } from "./modify-session.ts";
import type { PeerRequest, PeerSocket } from "./peer.ts";
import { PeerHub, type Peer } from "./peer-hub.ts";
import { PageHtml } from "./page-html.ts";
import { SocketServer } from "./socket-server.ts";
import { defaultLogger, type Logger } from "./logger.ts";
import { tellExpired } from "./tell-expired.ts";

/** Where `listen` listens. */
export interface Address {
  /** Such as `http://localhost:3000`. */
  readonly url: string;
  readonly port: number;
}

/**
 * A meanwhile app: the sessions of its pages, their background tasks, and the doors through which pages come.
 *
 * @example
 * ```ts
 * const app = new App({ states: [MyTaskState], clientDir: "dist/client" });
 * const { url } = await app.listen(3000);
 * ```
 */
export class App implements AppHandle {
  /** The socket's path. */
  readonly path: string;
  /** The live set of running background tasks, of all sessions. */
  readonly backgroundTasks: ReadonlySet<BackgroundTask>;
  readonly eventNamespace: { readonly tokenToSid: ReadonlyMap<string, string> };
  readonly logger: Logger;
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #sessions: SessionRegistry;
  readonly #tasks: TaskRegistry;
  readonly #loopWatch: LoopWatch;
  readonly #dispatch: EventDispatch;
  readonly #peers: PeerHub;
  readonly #front: HttpFront;
  readonly #html: PageHtml;
  readonly #sockets: SocketServer;
  #states: StateTable;
  #server: Server | undefined;
  #closing: Promise<void> | undefined;

  /** @throws StateDefinitionError or DuplicateStateError for states that break a rule. */
  constructor(options: AppOptions) {
    this.path = options.path ?? DEFAULT_PATH;
    this.logger = options.logger ?? defaultLogger();
    this.#clock = options.clock ?? systemClock;
    this.#states = makeTable(options.states, options.sources);
    const errors = new ErrorReporter(this.logger, options.onError);
    this.#scheduler = new Scheduler({
      onError: (error) => errors.report(error, { kind: "connection", name: "flush", id: "flush" }, "A flush failed"),
    });
    const taskObserver: TaskRegistryObserver = {
      taskFailed: (task, error, what) =>
        errors.report(
          error,
          { kind: "task", name: task.name, id: task.id },
          `The task ${task.name} (${task.id}) ${what}`,
        ),
      taskAbandoned: (task) =>
        this.logger.error(
          { task: task.name, taskId: task.id, reason: task.cancelReason },
          `The task ${task.name} (${task.id}) goes on though it was cancelled and its grace time is over: it is abandoned, and gets no lock any more. Listen to this.task.signal, or take a lock or a sleep now and then.`,
        ),
      taskRetries: (task, error, delayMs) =>
        this.logger.warn(
          { err: error, task: task.name, taskId: task.id, attempt: task.attempt, delayMs: Math.round(delayMs) },
          `Attempt ${task.attempt} of the task ${task.name} (${task.id}) failed; the next one follows in ${Math.round(delayMs)} ms`,
        ),
      errorForPage: (task, error) => errors.ofTask(error, task.id),
      // A clock that is moved by hand has no such moments.
      taskAdded: () => void (this.#clock === systemClock && this.#loopWatch.start()),
      sessionIdle: (session) => this.#sessions.considerExpiry(session),
    };
    this.#tasks = new TaskRegistry({
      clock: this.#clock,
      scheduler: this.#scheduler,
      cancelGraceMs: options.cancelGraceMs ?? 5_000,
      keeping: { ms: options.keepRunsMs ?? 600_000, count: options.keepRuns ?? 100 },
      observer: taskObserver,
    });
    this.backgroundTasks = this.#tasks.running;
    this.#loopWatch = new LoopWatch(
      this.#clock,
      options.slowHoldMs ?? 1_000,
      this.backgroundTasks,
      (blockedMs, names) =>
        this.logger.warn(
          { blockedMs: Math.round(blockedMs), tasks: names },
          `The process could do nothing else for ${Math.round(blockedMs)} ms: no page was served, nothing could be cancelled. Code that runs so long without an await belongs into a worker thread. Background tasks at that time: ${names.join(", ")}.`,
        ),
    );
    this.#dispatch = new EventDispatch(this.#tasks, errors, argumentLimits(options), (name) =>
      this.#states.byName(name),
    );
    const identities = new Identities(this.path, options, errors);
    this.#sessions = new SessionRegistry({
      clock: this.#clock,
      presence: { closeGraceMs: options.closeGraceMs ?? 3_000, lostGraceMs: options.lostGraceMs ?? 30_000 },
      sessionTtlMs: options.sessionTtlMs ?? 600_000,
      maxUnattendedMs: options.maxUnattendedMs,
      maxSessions: options.maxSessions ?? 100_000,
      makeSession: (token) => this.#makeSession(token, options),
      isBusy: (session) => this.#tasks.hasTasks(session),
      onGone: (session, how) =>
        this.#tasks.cancel(
          session,
          how === "left" ? "left" : "disconnected",
          (task) => task.event.onDisconnect === "cancel",
        ),
      onUnattended: (session) => this.#tasks.cancel(session, "expired"),
      onExpire: (session) => {
        this.#tasks.forget(session);
        tellExpired(session, identities.get(session), options.onExpire, errors);
      },
    });
    this.eventNamespace = { tokenToSid: this.#sessions.tokenToSid };
    this.#peers = new PeerHub({
      clock: this.#clock,
      limits: connectionLimits(options),
      identities,
      sessions: this.#sessions,
      dispatch: this.#dispatch,
      errors,
      logger: this.logger,
      stateNamed: (name) => this.#states.byName(name),
      runsNamed: (session, name) =>
        this.#dispatch.taskNamed(name) === undefined ? undefined : this.#tasks.list(session, name),
    });
    this.#html = new PageHtml(
      this.path,
      () => this.#states,
      (token) => this.#makeSession(token, options),
      errors,
    );
    this.#sockets = new SocketServer(this.path, options, this.logger, (socket, request) =>
      this.accept(socket, request),
    );
    this.#front = new HttpFront({
      path: this.path,
      clientDir: options.clientDir,
      injectHtml: (html) => this.injectHtml(html),
      isClosing: () => this.#closing !== undefined,
      onError: (error) =>
        errors.report(error, { kind: "connection", name: "page", id: "page" }, "The page could not be made"),
    });
  }

  /** Serves the page (`clientDir`), the socket and the health endpoint on a server of its own. Port 0 takes a free one. */
  async listen(port = 3000, host?: string): Promise<Address> {
    if (this.#server !== undefined) throw new Error("This app listens already.");
    const server = createServer((request, response) => this.#front.handle(request, response));
    this.#server = server;
    this.attach(server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, () => {
        server.off("error", reject);
        resolve();
      });
    });
    const address = server.address();
    const bound = typeof address === "object" && address !== null ? address.port : port;
    const name =
      host === undefined || host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
    return { url: `http://${name}:${bound}`, port: bound };
  }

  /** Adds the socket to an existing server: its requests, and upgrades for other paths, are left alone. */
  attach(server: Server): void {
    this.#sockets.attach(server);
  }

  /** What `listen` serves beside the socket (the page, the health endpoint), as middleware for Express and the like. */
  middleware(): (request: IncomingMessage, response: ServerResponse, next: () => void) => void {
    return (request, response, next) => this.#front.handle(request, response, next);
  }

  /** The data block with the states' initial values, made now: it belongs into the page's `<head>`. */
  htmlData(): string {
    return this.#html.dataBlock();
  }

  /** Puts the data block into a page. */
  injectHtml(html: string): string {
    return this.#html.inject(html);
  }

  /**
   * Changes a session's state from outside any handler: a lock window. Resolves, once committed, to what `change` returns.
   *
   * @throws UnknownSessionError for a token that no session has (any more); ImmutableStateError inside a handler or window of that session;
   * LockTimeoutError after `lockTimeoutMs`.
   */
  modifyState<S extends State, R>(
    clientToken: string,
    state: abstract new () => S,
    change: (self: S) => R,
  ): Promise<DeepReadonly<Result<R>>> {
    const session = this.#sessions.get(clientToken);
    if (session === undefined) return Promise.reject(new UnknownSessionError());
    return modifySession(session, windowOf(session), state, change as (self: object) => unknown) as Promise<
      DeepReadonly<Result<R>>
    >;
  }

  /** Takes over reloaded state classes: sessions keep the values of vars whose names still match. For development servers. */
  replaceStates(states: readonly StateClass[], sources?: Readonly<Record<string, string>>): void {
    const table = makeTable(states, sources);
    this.#states = table;
    for (const session of this.#sessions) {
      // In the queue of events and under the lock: between windows.
      session.events.add(async () => {
        await session.lock.acquire("event", { name: "a reload of the state classes" });
        try {
          session.replaceStates(table);
        } finally {
          session.lock.release();
        }
        this.#peers.refeed(session);
      });
    }
  }

  /** Takes in a page over any transport: `socket` carries what is sent, the peer that it gives is told what arrives. */
  accept(socket: PeerSocket, request: PeerRequest): Peer {
    return this.#peers.accept(socket, request);
  }

  /** Settles when everything that can happen without time passing has happened: events, lock windows, flushes. */
  settle(): Promise<void> {
    return this.#scheduler.drain();
  }

  /**
   * Stops: takes in no more, lets tasks run for `graceMs` (default: 0), cancels those that go on and waits for them (as long as their own grace time lasts), sends what there is,
   * closes the connections. Tasks that did not end are logged by name.
   */
  close(options: { readonly graceMs?: number } = {}): Promise<void> {
    return (this.#closing ??= this.#close(options.graceMs ?? 0));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(graceMs: number): Promise<void> {
    this.#dispatch.isClosing = true;
    this.#sockets.detach();
    const closed = this.#server === undefined ? undefined : closeServer(this.#server);
    const lost = await this.#tasks.endAll("shutdown", graceMs);
    this.#dispatch.isClosed = true;
    if (lost.length > 0)
      this.logger.error(
        { tasks: lost },
        `The app closes, and ${lost.length} background task(s) have not ended though they were cancelled: ${lost.join(", ")}.`,
      );
    await this.#scheduler.drain();
    this.#peers.closeAll();
    await this.#sockets.close();
    this.#server?.closeAllConnections();
    await closed;
    this.#sessions.dispose();
    this.#tasks.dispose();
    this.#loopWatch.stop();
    this.#scheduler.dispose();
  }

  #makeSession(token: string, options: AppOptions): Session {
    const lock = new SessionLock(this.#scheduler, this.#clock, {
      lockTimeoutMs: options.lockTimeoutMs ?? 30_000,
      slowHoldMs: options.slowHoldMs ?? 1_000,
      onSlowHold: (holder, heldMs) =>
        this.logger.warn(
          { holder: holder.name, heldMs: Math.round(heldMs), session: tokenHint(token) },
          `${holder.name} has held the lock for ${Math.round(heldMs)} ms: clicks of that session wait. Make it a background task, and keep lock windows short.`,
        ),
      onSlowWait: (waiter, holder, waitedMs) =>
        this.logger.warn(
          { waiter, holder, waitedMs: Math.round(waitedMs), session: tokenHint(token) },
          `${waiter} has waited ${Math.round(waitedMs)} ms for the lock, which ${holder} holds.`,
        ),
    });
    return new Session({
      token,
      clock: this.#clock,
      lock,
      scheduler: this.#scheduler,
      states: this.#states,
      app: this,
      starter: this.#dispatch,
    });
  }
}

function makeTable(states: readonly StateClass[], sources: Readonly<Record<string, string>> | undefined): StateTable {
  return new StateTable(states.map((stateClass) => ({ stateClass, file: sources?.[stateClass?.name] })));
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
