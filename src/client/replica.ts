import { ProtocolError } from "../base/errors.ts";
import { apply } from "../delta/apply.ts";
import { decodeFrozen, decodePatch } from "../wire/decode.ts";
import type { FullUpdate, StateUpdate } from "../wire/messages.ts";
import type { Page } from "../wire/page.ts";
import type { CallOptions, ClientClock, EventFunction, StateReplica, Values } from "./client.ts";
import { eventFunction } from "./event-function.ts";
import { keepIdentity } from "./keep-identity.ts";
import { Listeners } from "./listeners.ts";
import { livePage } from "./live-page.ts";

/** How long a subscription outlives its last user: a remount or a change of route needs no new snapshot. */
const LINGER_MS = 1000;

/** What a replica needs of its client. */
export interface ReplicaHost {
  readonly clock: ClientClock;
  want(stateName: string): void;
  unwant(stateName: string): void;
  call(stateName: string, event: string, args: readonly unknown[], options: CallOptions): Promise<unknown>;
  /** The replica of a state, or of a task's runs. */
  replica(name: string): StateReplica;
  failed(error: unknown): void;
}

/** What a replica is to hold next. */
export interface NextValues {
  readonly values: Values;
  readonly events: ReadonlySet<string>;
}

/** The wait of `loaded()`, until it is settled. */
interface Loading {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One state's values in the page, its subscribers and its events. The client feeds it. */
export class Replica<S> implements StateReplica<S> {
  readonly name: string;
  readonly initial: Values | undefined;
  readonly page: Page<S>;
  values: Values | undefined;
  events: ReadonlySet<string> = new Set();
  /** Whether `values` came from the server (of this document or the tab's one before) and are this session's: neither from the HTML nor of a session before. */
  isKnown = false;

  /** Why there will be no further values, if so. */
  failure: unknown;

  readonly #host: ReplicaHost;
  readonly #listeners: Listeners;
  readonly #functions = new Map<string, EventFunction>();
  /** Whether patches of this connection fit `values`: those that were sent before the server knew that nobody uses them any more still do. */
  #fitsPatches = false;
  /** Whether `values` are as of the session's last update. */
  #isInStep = false;
  /** Full updates that are on their way; all but the last are of subscriptions that have ended since. */
  #awaited = 0;
  #users = 0;
  /** From the first `loaded()` on. */
  #loading: Loading | undefined;

  constructor(name: string, initial: FullUpdate | undefined, host: ReplicaHost) {
    this.name = name;
    this.#host = host;
    this.#listeners = new Listeners((error) => host.failed(error));
    this.page = livePage(this) as Page<S>;
    if (initial === undefined) return;
    const { values, events } = decodeFull(initial);
    this.initial = values;
    this.events = events;
  }

  subscribe(listener: () => void): () => void {
    const remove = this.#listeners.add(listener);
    const release = this.#use();
    return () => {
      remove();
      release();
    };
  }

  loaded(): Promise<void> {
    if (this.#loading === undefined) {
      const loading = withResolvers();
      this.#loading = loading;
      if (this.values === undefined) loading.promise.finally(this.#use()).catch(() => {}); // whoever waits has the error
      else loading.resolve();
    }
    return this.#loading.promise;
  }

  call(event: string, args: readonly unknown[], options: CallOptions = {}): Promise<unknown> {
    return this.#host.call(this.name, event, args, options);
  }

  event(name: string): EventFunction {
    let event = this.#functions.get(name);
    if (event === undefined) {
      event = eventFunction(
        (args, options) => this.call(name, args, options),
        () => this.#host.replica(`${this.name}.${name}`),
      );
      this.#functions.set(name, event);
    }
    return event;
  }

  /** What the update makes of the values, without showing it. */
  next(update: StateUpdate): NextValues {
    if ("full" in update) {
      const { values, events } = decodeFull(update);
      return { values: keepIdentity(this.values, values) as Values, events };
    }
    const { values, events } = this;
    if (!this.#fitsPatches || values === undefined)
      throw new ProtocolError("BAD_MESSAGE", `A patch of ${this.name} came before its values.`);
    // Key by key: freezing a spread gives each object a hidden class of its own, and slow reads.
    const patched: Record<string, unknown> = {};
    for (const name in values) patched[name] = values[name];
    for (const [name, patch] of Object.entries(update.patch)) patched[name] = apply(values[name], decodePatch(patch));
    return { values: Object.freeze(patched), events };
  }

  /** Holds these values from now on; gives whether they are others than before. `notify` must follow. */
  hold({ values, events }: NextValues, from: "server" | "tab" | "html"): boolean {
    const isOther = values !== this.values;
    this.values = values;
    this.events = events;
    this.isKnown = from !== "html";
    return isOther;
  }

  /** A full update has come: from now on the server keeps the values up to date. */
  join(): void {
    this.#awaited = Math.max(0, this.#awaited - 1);
    this.#fitsPatches = true;
    this.#isInStep = this.#awaited === 0;
  }

  /** The server was asked for a full update. */
  await(): void {
    this.#awaited += 1;
  }

  /** The server keeps the values up to date no longer. */
  fallOutOfStep(): void {
    this.#isInStep = false;
  }

  /** A connection begins. Gives whether the server may go on from these values, if it knows them; else the next update has to be a full one. */
  offer(): boolean {
    this.#awaited = 0;
    return (this.#fitsPatches = this.#isInStep);
  }

  /** The session is another one now. Values that are in use stay until its first update; others would be shown later, to somebody else perhaps. */
  leaveSession(): void {
    this.isKnown = this.#fitsPatches = this.#isInStep = false;
    if (this.#users > 0) return;
    this.values = undefined;
    this.#loading = undefined;
  }

  notify(): void {
    this.#loading?.resolve();
    this.#listeners.notify();
  }

  /** Whether the values are this session's, and the server keeps them up to date. */
  get isCurrent(): boolean {
    return this.isKnown && this.#isInStep;
  }

  /** There will be no values: `loaded()` rejects, until `retry`. */
  fail(error: unknown): void {
    this.failure = error;
    this.#loading?.reject(error);
    this.#listeners.notify();
  }

  /** There may be values again. */
  retry(): void {
    this.failure = undefined;
    if (this.values === undefined) this.#loading = undefined;
  }

  /** Keeps the state subscribed until the function that it gives is called, and a little longer. */
  #use(): () => void {
    const { clock } = this.#host;
    this.#users += 1;
    this.#host.want(this.name);
    let isUsed = true;
    return () => {
      if (!isUsed) return;
      isUsed = false;
      clock.setTimeout(() => {
        this.#users -= 1;
        if (this.#users === 0) this.#host.unwant(this.name);
      }, LINGER_MS);
    };
  }
}

/** A full update's values, frozen. */
export function decodeFull({ full, events }: FullUpdate): NextValues {
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(full)) values[name] = decodeFrozen(value);
  return { values: Object.freeze(values), events: new Set(events) };
}

function withResolvers(): Loading {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
