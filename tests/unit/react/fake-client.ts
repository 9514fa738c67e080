import { Deferred } from "../../../src/base/deferred.ts";
import type {
  CallOptions,
  Client,
  ConnectionStatus,
  EventFunction,
  StateReplica,
  Values,
} from "../../../src/client/client.ts";
import { eventFunction } from "../../../src/client/event-function.ts";
import { livePage } from "../../../src/client/live-page.ts";
import type { Page } from "../../../src/wire/page.ts";
import { type StateLike, stateNameOf } from "../../../src/wire/state-ref.ts";

/** A call that the page has made, for the test to answer. */
export interface FakeCall {
  readonly event: string;
  readonly args: readonly unknown[];
  resolve(value?: unknown): void;
  reject(error: unknown): void;
}

/** A replica whose values and answers a test sets by hand. */
export class FakeReplica<S = unknown> implements StateReplica<S> {
  /** Of its background tasks. */
  runs: FakeReplica | undefined;
  readonly name: string;
  readonly page: Page<S>;
  values: Values | undefined;
  initial: Values | undefined;
  events: ReadonlySet<string> = new Set();
  readonly listeners = new Set<object>();
  readonly calls: FakeCall[] = [];
  /** How often anybody has asked for `loaded()`. */
  loadedCount = 0;
  readonly #functions = new Map<string, EventFunction>();
  readonly #loaded = new Deferred<void>();

  constructor(name: string) {
    this.name = name;
    this.page = livePage(this) as Page<S>;
  }

  /** What a server would: sets these vars, the others stay; then tells the page. */
  set(changes: Values): void {
    this.values = Object.freeze({ ...this.values, ...changes });
    this.#loaded.resolve();
    for (const entry of this.listeners) (entry as { listener: () => void }).listener();
  }

  subscribe(listener: () => void): () => void {
    const entry = { listener };
    this.listeners.add(entry);
    return () => void this.listeners.delete(entry);
  }

  loaded(): Promise<void> {
    this.loadedCount += 1;
    return this.#loaded.promise;
  }

  fail(error: unknown): void {
    this.#loaded.reject(error);
  }

  call(event: string, args: readonly unknown[], _options: CallOptions = {}): Promise<unknown> {
    return new Promise((resolve, reject) => this.calls.push({ event, args, resolve, reject }));
  }

  event(name: string): EventFunction {
    let event = this.#functions.get(name);
    if (event === undefined) {
      event = eventFunction(
        (args, options) => this.call(name, args, options),
        () => (this.runs ??= new FakeReplica(`${this.name}.${name}`)),
      );
      this.#functions.set(name, event);
    }
    return event;
  }
}

/** A client without a server. */
export class FakeClient implements Client {
  connection: ConnectionStatus = {
    status: "connecting",
    session: undefined,
    attempt: 0,
    nextRetryAt: undefined,
    sessionId: undefined,
    error: undefined,
  };
  readonly connectionListeners = new Set<() => void>();
  /** How often anybody has asked for a new connection. */
  reconnects = 0;
  readonly #replicas = new Map<string, FakeReplica>();

  state<S>(state: StateLike<S>): FakeReplica<S> {
    const name = stateNameOf(state);
    let replica = this.#replicas.get(name);
    if (replica === undefined) {
      replica = new FakeReplica(name);
      this.#replicas.set(name, replica);
    }
    return replica as FakeReplica<S>;
  }

  setConnection(changes: Partial<ConnectionStatus>): void {
    this.connection = { ...this.connection, ...changes };
    for (const listener of this.connectionListeners) listener();
  }

  onConnection(listener: () => void): () => void {
    this.connectionListeners.add(listener);
    return () => void this.connectionListeners.delete(listener);
  }

  onSession(): () => void {
    return () => {};
  }

  async ready(): Promise<void> {}
  reconnect(): void {
    this.reconnects += 1;
  }
  close(): void {}
  [Symbol.dispose](): void {}
}

/** A client that has one state with these values and events. */
export function clientWith<S>(
  state: StateLike<S>,
  values: Values,
  events: readonly string[] = [],
): { readonly client: FakeClient; readonly replica: FakeReplica<S> } {
  const client = new FakeClient();
  const replica = client.state(state);
  replica.events = new Set(events);
  replica.set(values);
  return { client, replica };
}
