import type { Clock } from "../base/clock.ts";
import type { StateDefinition } from "../state/state-definition.ts";
import type { AppHandle } from "../state/app-handle.ts";
import { emptyRouter, type Router } from "../state/router.ts";
import { Snapshot, type StateValues } from "../state/snapshot.ts";
import type { StateClass } from "../state/state-context.ts";
import type { SnapshotReader } from "../state/snapshot-view.ts";
import type { Transaction, TransactionHost } from "../state/transaction.ts";
import { ObservedPromise } from "./observed-promise.ts";
import { windowOf } from "./open-window.ts";
import type { Presence } from "./presence.ts";
import type { Scheduler, Flushable } from "./scheduler.ts";
import { SerialQueue } from "./serial-queue.ts";
import type { SessionLock } from "./session-lock.ts";
import type { StateTable } from "./state-table.ts";
import { makeTriggers, type EventStarter } from "./triggers.ts";

/** Who is told of a session's commits: a connection. */
export interface Subscriber extends Flushable {
  /** Whether it has something to send for a commit; called at each. */
  readonly wantsCommits: boolean;
}

/** What a session needs of its surroundings. */
export interface SessionParts {
  readonly token: string;
  readonly clock: Clock;
  readonly lock: SessionLock;
  readonly scheduler: Scheduler;
  readonly states: StateTable;
  readonly app: AppHandle;
  readonly starter: EventStarter;
}

/**
 * One browser tab's state: the newest committed snapshot, the lock, the queue of its page's events, and who is told of commits.
 *
 * Only code that holds the lock commits; everybody may read `snapshot`.
 */
export class Session implements TransactionHost {
  readonly token: string;
  readonly lock: SessionLock;
  readonly scheduler: Scheduler;
  readonly app: AppHandle;
  readonly starter: EventStarter;
  /** The page's events and triggered handlers: one at a time, in the order sent. */
  readonly events: SerialQueue;
  readonly subscribers = new Set<Subscriber>();
  /** Set once, by whoever made the session. */
  presence!: Presence;
  readonly #clock: Clock;
  #snapshot: Snapshot;
  #states: StateTable;
  #initial: (StateValues | undefined)[] = [];

  constructor(parts: SessionParts) {
    this.token = parts.token;
    const { lock } = parts;
    this.lock = lock;
    this.events = new SerialQueue(() => lock.endReservation());
    this.#clock = parts.clock;
    this.scheduler = parts.scheduler;
    this.app = parts.app;
    this.starter = parts.starter;
    this.#states = parts.states;
    this.#snapshot = Snapshot.first(parts.states, emptyRouter(parts.token), this);
  }

  /** The newest commit. */
  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  definitionOf(state: StateClass): StateDefinition {
    return this.#states.definitionOf(state);
  }

  counterpartOf(definition: StateDefinition): StateDefinition {
    return this.#states.counterpartOf(definition);
  }

  initialValues(definition: StateDefinition): StateValues {
    return (this.#initial[definition.index] ??= definition.makeInitialValues());
  }

  triggersOf(definition: StateDefinition, transaction: Transaction): object {
    return makeTriggers(this, definition, transaction);
  }

  lockRefused(reason: Error): Promise<never> {
    const name = windowOf(this)?.name;
    const holder = this.lock.holder?.name === name ? this.lock.holder : undefined;
    return ObservedPromise.of(Promise.reject(reason), this.#clock, (unseen) =>
      this.starter.unseenError(unseen, holder ?? { name: name ?? "A self that was kept after its lock window" }),
    );
  }

  /** Commits a transaction, tells the subscribers, and starts what it has triggered. */
  commit(transaction: Transaction): void {
    const before = transaction.base;
    const next = transaction.commit();
    if (next !== before) {
      // What is not under the lock may have changed while the window was open: where the page is, and what it sees of its tasks.
      const { router, version } = this.#snapshot;
      this.#publish(next.router === router && next.version > version ? next : next.after(version).withRouter(router));
    }
    if (transaction.triggers.length === 0) return;
    const { triggers } = transaction;
    transaction.triggers = [];
    for (const trigger of triggers) trigger.start();
  }

  /** Replaces what is known of the page, also while a window is open: what runs in it goes on with the router that it began with. */
  setRouter(router: Router): void {
    this.#publish(this.#snapshot.withRouter(router));
  }

  /** The next version, of the same values: something that the page sees has changed which is no part of them. Tells nobody. */
  nextVersion(): void {
    this.#snapshot = this.#snapshot.after(this.#snapshot.version + 1);
  }

  /** Takes over reloaded state classes: values are kept where the names of state and var still match. Waits for nothing: call it between windows. */
  replaceStates(states: StateTable): void {
    const before = this.#states;
    const initial = this.#initial;
    const old = this.#snapshot;
    this.#states = states;
    this.#initial = [];
    const changes: [StateDefinition, StateValues][] = [];
    for (const definition of states.definitions) {
      const previous = before.byName(definition.name);
      if (previous === undefined || (old.isUntouched(previous) && initial[previous.index] === undefined)) continue;
      const values = old.valuesOf(previous);
      const fresh = this.initialValues(definition);
      changes.push([
        definition,
        definition.vars.map(({ name, index }) => {
          const at = previous.vars.findIndex((spec) => spec.name === name);
          return at < 0 ? fresh[index] : values[at];
        }),
      ]);
    }
    this.#publish(Snapshot.first(states, old.router, this).after(old.version).withValues(changes));
  }

  /** A reader of the newest commit, with no task behind it: what is sent to the page is computed through it. */
  reader(): SnapshotReader {
    return new SessionReader(this);
  }

  #publish(next: Snapshot): void {
    this.#snapshot = next;
    for (const subscriber of this.subscribers) if (subscriber.wantsCommits) this.scheduler.markSoon(subscriber);
  }
}

class SessionReader implements SnapshotReader {
  readonly #session: Session;
  readonly snapshot: Snapshot;

  constructor(session: Session) {
    this.#session = session;
    this.snapshot = session.snapshot;
  }

  definitionOf(state: StateClass): StateDefinition {
    return this.#session.definitionOf(state);
  }
  get app(): AppHandle {
    return this.#session.app;
  }
  trigger(): never {
    throw new Error("A computed var can't trigger events.");
  }
  lock(): never {
    throw new Error("A computed var can't take the lock.");
  }
  get task(): undefined {
    return undefined;
  }
}
