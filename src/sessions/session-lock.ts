import type { Clock, Timer } from "../base/clock.ts";
import { LockTimeoutError } from "../base/errors.ts";
import { LinkedQueue, type Linked } from "./linked-queue.ts";
import type { Parked, Scheduler } from "./scheduler.ts";

/** Which of the two queues: the page's events, or lock windows of tasks (and of code outside). */
export type Lane = "event" | "window";

/** Who holds the lock or waits for it. */
export interface LockHolder {
  /** For messages, such as `MyTaskState.myTask`. */
  readonly name: string;
}

/** How a lock reports. */
export interface SessionLockOptions {
  /** How long a window waits before it rejects with a LockTimeoutError, in ms; 0: for ever. Events wait on. */
  readonly lockTimeoutMs: number;
  /** From when on a hold, and a wait, is reported, in ms. */
  readonly slowHoldMs: number;
  readonly onSlowHold: (holder: LockHolder, heldMs: number) => void;
  readonly onSlowWait: (waiter: string, holder: string, waitedMs: number) => void;
}

/** A place in a lane. */
export interface Waiting {
  /** Resolves when the lock is granted: the waiter then holds it. */
  readonly promise: Promise<void>;
  /** Gives the place up, unrun: the promise rejects with `reason`. Does nothing once granted. */
  cancel(reason: unknown): void;
}

/** How many events may run in a row while a task window waits. */
const MAX_EVENTS_IN_ROW = 8;

class Waiter implements Linked<Waiter>, Waiting {
  previous: Waiter | undefined = undefined;
  next: Waiter | undefined = undefined;
  readonly lane: Lane;
  readonly holder: LockHolder;
  readonly since: number;
  readonly promise: Promise<void>;
  readonly #lock: SessionLock;
  grant!: () => void;
  reject!: (error: unknown) => void;
  isWaiting = true;
  isReported = false;

  constructor(lock: SessionLock, lane: Lane, holder: LockHolder, since: number) {
    this.#lock = lock;
    this.lane = lane;
    this.holder = holder;
    this.since = since;
    this.promise = new Promise((resolve, reject) => {
      this.grant = resolve;
      this.reject = reject;
    });
  }

  cancel(reason: unknown): void {
    if (this.isWaiting) this.#lock.remove(this, reason);
  }
}

/**
 * A session's one exclusive lock: two lanes, first in first out within each; events go first, but one task window after at most eight of them.
 *
 * Life: free → held (`tryAcquire`, or granted to a waiter) → free, or handed to the next waiter → ... A lock whose next waiter may not run in this
 * turn, since the turn's budget is spent, is parked: free, and resumed by the scheduler.
 */
export class SessionLock implements Parked {
  readonly #scheduler: Scheduler;
  readonly #clock: Clock;
  readonly #options: SessionLockOptions;
  readonly #events = new LinkedQueue<Waiter>();
  readonly #windows = new LinkedQueue<Waiter>();
  #holder: LockHolder | undefined;
  /** When the holder got the lock, or (where that was not worth a look at the clock) was first seen holding it; 0 while unknown. */
  #heldSince = 0;
  #eventsInRow = 0;
  #isHoldReported = false;
  /** Runs while somebody waits: for timeouts and reports. */
  #watch: Timer | undefined;

  constructor(scheduler: Scheduler, clock: Clock, options: SessionLockOptions) {
    this.#scheduler = scheduler;
    this.#clock = clock;
    this.#options = options;
  }

  /** Who holds the lock now. */
  get holder(): LockHolder | undefined {
    return this.#holder;
  }

  get hasWaitingEvent(): boolean {
    return this.#events.length > 0;
  }

  get isIdle(): boolean {
    return this.#holder === undefined && this.#events.length === 0 && this.#windows.length === 0;
  }

  /** Takes the lock at once where it is free, nobody waits, and the turn's budget allows. */
  tryAcquire(_lane: Lane, holder: LockHolder): boolean {
    if (this.#holder !== undefined || this.#events.length > 0 || this.#windows.length > 0 || !this.#scheduler.tryRun()) return false;
    this.#holder = holder;
    this.#heldSince = 0;
    return true;
  }

  /** Takes a place in a lane. */
  enqueue(lane: Lane, holder: LockHolder): Waiting {
    const waiter = new Waiter(this, lane, holder, this.#clock.now());
    (lane === "event" ? this.#events : this.#windows).push(waiter);
    if (this.#holder === undefined) this.#scheduler.park(this);
    this.watchHolder();
    return waiter;
  }

  /** As `enqueue`, for who never gives up its place. */
  acquire(lane: Lane, holder: LockHolder): Promise<void> {
    return this.enqueue(lane, holder).promise;
  }

  /** Ends the hold; the next waiter is granted in this turn if the budget allows, and runs in its own async context. */
  release(): void {
    this.#holder = undefined;
    this.#isHoldReported = false;
    if (this.#events.length === 0 && this.#windows.length === 0) {
      if (this.#watch !== undefined) this.#stopWatch();
      return;
    }
    if (this.#scheduler.tryRun()) this.#grantNext();
    else this.#scheduler.park(this);
  }

  /** For the scheduler: the lock was parked, and may go on. */
  resume(): void {
    if (this.#holder === undefined) this.#grantNext();
  }

  /** For a waiter that gives up. */
  remove(waiter: Waiter, reason: unknown): void {
    waiter.isWaiting = false;
    (waiter.lane === "event" ? this.#events : this.#windows).remove(waiter);
    if (this.isIdle) {
      this.#scheduler.unpark(this);
      this.#stopWatch();
    }
    waiter.reject(reason);
  }

  /** Looks after the hold and the waits from now on, until the lock is free. Call where a hold goes on after the call that took the lock. */
  watchHolder(): void {
    if (this.#heldSince === 0) this.#heldSince = this.#clock.now();
    if (this.#watch !== undefined) return;
    const { lockTimeoutMs, slowHoldMs } = this.#options;
    const everyMs = lockTimeoutMs > 0 ? Math.min(slowHoldMs, lockTimeoutMs) : slowHoldMs;
    this.#watch = this.#clock.setTimer(Math.max(1, everyMs), () => {
      this.#watch = undefined;
      this.#look();
      if (!this.isIdle) this.watchHolder();
    }, false);
  }

  #stopWatch(): void {
    this.#watch?.cancel();
    this.#watch = undefined;
  }

  #grantNext(): void {
    const takesWindow = this.#events.length === 0 || (this.#windows.length > 0 && this.#eventsInRow >= MAX_EVENTS_IN_ROW);
    const waiter = takesWindow ? this.#windows.shift() : this.#events.shift();
    if (waiter === undefined) return;
    this.#eventsInRow = takesWindow ? 0 : this.#eventsInRow + 1;
    waiter.isWaiting = false;
    this.#holder = waiter.holder;
    this.#heldSince = this.#watch === undefined ? 0 : this.#clock.now();
    waiter.grant();
  }

  #look(): void {
    const now = this.#clock.now();
    const { lockTimeoutMs, slowHoldMs, onSlowHold, onSlowWait } = this.#options;
    if (this.#holder !== undefined && !this.#isHoldReported && this.#heldSince > 0 && now - this.#heldSince >= slowHoldMs) {
      this.#isHoldReported = true;
      onSlowHold(this.#holder, now - this.#heldSince);
    }
    const holder = this.#holder?.name ?? "nobody (the process is busy)";
    // First in, first out: the first one that has not waited long enough ends the search.
    const event = this.#events.first;
    if (event !== undefined && !event.isReported && now - event.since >= slowHoldMs) {
      event.isReported = true;
      onSlowWait(event.holder.name, holder, now - event.since);
    }
    if (lockTimeoutMs === 0) return;
    for (let waiter = this.#windows.first; waiter !== undefined && now - waiter.since >= lockTimeoutMs; waiter = this.#windows.first) {
      this.remove(waiter, new LockTimeoutError(waiter.holder.name, holder, now - waiter.since));
    }
  }
}
