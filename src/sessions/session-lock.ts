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
  /** Of a task. */
  readonly id?: string;
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
  /** Gives the place up, unrun: the promise rejects with `reason`. False, and does nothing, once granted: the waiter holds the lock. */
  cancel(reason: unknown): boolean;
}

/** How many events may run in a row while a task window waits. */
const MAX_EVENTS_IN_ROW = 8;

/** In place of a time: the hold is not measured. */
const UNMEASURED = -1;

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

  cancel(reason: unknown): boolean {
    if (!this.isWaiting) return false;
    this.#lock.remove(this, reason);
    return true;
  }
}

/**
 * A session's one exclusive lock: two lanes, first in first out within each; events go first, but one task window after at most eight of them.
 *
 * Life: free → held (`tryAcquire`, or granted to a waiter) → free, or handed to the next waiter → ... A lock whose next waiter may not run in this
 * turn, since the turn's budget is spent, is parked: free, and resumed by the scheduler.
 *
 * Holds and waits are watched by one timer, which is set when one of them begins and left alone until it fires. A synchronous window that need not
 * wait begins neither. Whether it kept the whole process busy is measured where the scheduler has just looked at the clock: always, but for windows of
 * which many fit into a twentieth of the turn's budget.
 */
export class SessionLock implements Parked {
  readonly #scheduler: Scheduler;
  readonly #clock: Clock;
  readonly #options: SessionLockOptions;
  /** How soon there may be something to report of a hold or a wait that begins now, in ms. */
  readonly #soonestMs: number;
  readonly #events = new LinkedQueue<Waiter>();
  readonly #windows = new LinkedQueue<Waiter>();
  #holder: LockHolder | undefined;
  /** When the holder got the lock, or was first seen holding it. */
  #heldSince = UNMEASURED;
  #isHoldReported = false;
  #eventsInRow = 0;
  #isEventHold = false;
  /** Free though windows wait: the event behind the one that had it comes at once, or `endReservation`. */
  #isReserved = false;
  #watch: Timer | undefined;
  /** When the watch fires; infinite while none is set. */
  #watchDue = Number.POSITIVE_INFINITY;

  constructor(scheduler: Scheduler, clock: Clock, options: SessionLockOptions) {
    this.#scheduler = scheduler;
    this.#clock = clock;
    this.#options = options;
    this.#soonestMs =
      options.lockTimeoutMs > 0 ? Math.min(options.slowHoldMs, options.lockTimeoutMs) : options.slowHoldMs;
  }

  /** Who holds the lock now. */
  get holder(): LockHolder | undefined {
    return this.#holder;
  }

  get isHeld(): boolean {
    return this.#holder !== undefined;
  }

  get hasWaitingEvent(): boolean {
    return this.#events.length > 0;
  }

  /** Whether nobody holds the lock, and nobody waits for it. */
  get isIdle(): boolean {
    return this.#holder === undefined && this.#events.length === 0 && this.#windows.length === 0;
  }

  /** Whether `holder` has the lock or a place in the lane of windows, and since when by the clock; undefined for neither. */
  placeOf(holder: LockHolder): { readonly state: "waiting" | "holding"; readonly since: number } | undefined {
    if (this.#holder === holder)
      return { state: "holding", since: this.#heldSince === UNMEASURED ? this.#clock.now() : this.#heldSince };
    for (let waiter = this.#windows.first; waiter !== undefined; waiter = waiter.next)
      if (waiter.holder === holder) return { state: "waiting", since: waiter.since };
    return undefined;
  }

  /** Takes the lock at once where it is free, nobody waits, and the turn's budget allows. */
  tryAcquire(lane: Lane, holder: LockHolder): boolean {
    const isEvent = lane === "event";
    if (this.#holder !== undefined || this.#events.length > 0) return false;
    if (this.#windows.length > 0 && !(isEvent && this.#isReserved)) return false;
    if (!this.#scheduler.tryRun()) return false;
    this.#eventsInRow = isEvent ? (this.#isReserved ? this.#eventsInRow + 1 : 1) : 0;
    this.#isReserved = false;
    this.#holder = holder;
    this.#isEventHold = isEvent;
    this.#heldSince = isEvent || this.#scheduler.hasJustLooked ? this.#clock.now() : UNMEASURED;
    return true;
  }

  /** Takes a place in a lane. */
  enqueue(lane: Lane, holder: LockHolder): Waiting {
    const now = this.#clock.now();
    const waiter = new Waiter(this, lane, holder, now);
    (lane === "event" ? this.#events : this.#windows).push(waiter);
    if (lane === "event") this.#isReserved = false;
    if (this.#holder === undefined) this.#scheduler.park(this);
    else if (this.#heldSince === UNMEASURED) this.#heldSince = now;
    this.#watchFrom(now);
    return waiter;
  }

  /** As `enqueue`, for who never gives up its place. */
  acquire(lane: Lane, holder: LockHolder): Promise<void> {
    return this.enqueue(lane, holder).promise;
  }

  /**
   * Ends the hold; the next waiter is granted in this turn if the budget allows, and runs in its own async context. `moreEvents`: others are queued
   * behind the event that has held it. They come to the lock one by one, and go first all the same: it is kept for the next one.
   */
  release(moreEvents = false): void {
    const holder = this.#holder;
    const slowMs = this.#heldSince === UNMEASURED ? 0 : this.#endMeasuredHold();
    this.#holder = undefined;
    if (this.#events.length === 0 && moreEvents && this.#isEventHold && this.#eventsInRow < MAX_EVENTS_IN_ROW)
      this.#isReserved = true;
    else this.#handOn();
    if (slowMs > 0 && holder !== undefined) this.#options.onSlowHold(holder, slowMs);
  }

  /** No event begins at once: the one that the lock may be kept for has taken it or a place, or does not come yet. */
  endReservation(): void {
    if (!this.#isReserved) return;
    this.#isReserved = false;
    if (this.#holder === undefined) this.#handOn();
  }

  /** For the scheduler: the lock was parked, and may go on. */
  resume(): void {
    if (this.#holder === undefined) this.#grantNext(true);
  }

  /** For a waiter that gives up. */
  remove(waiter: Waiter, reason: unknown): void {
    waiter.isWaiting = false;
    (waiter.lane === "event" ? this.#events : this.#windows).remove(waiter);
    if (this.isIdle) this.#scheduler.unpark(this);
    waiter.reject(reason);
  }

  /** Measures the hold, from now on if it was not measured yet. Call where it goes on after the call that took the lock. */
  watchHolder(): void {
    const now = this.#clock.now();
    if (this.#heldSince === UNMEASURED) this.#heldSince = now;
    this.#watchFrom(now);
  }

  #handOn(): void {
    if (this.#events.length === 0 && this.#windows.length === 0) return;
    if (this.#scheduler.tryRun()) this.#grantNext(this.#scheduler.hasJustLooked);
    else this.#scheduler.park(this);
  }

  #grantNext(isMeasured: boolean): void {
    const takesWindow =
      this.#events.length === 0 || (this.#windows.length > 0 && this.#eventsInRow >= MAX_EVENTS_IN_ROW);
    const waiter = takesWindow ? this.#windows.shift() : this.#events.shift();
    if (waiter === undefined) return;
    this.#eventsInRow = takesWindow ? 0 : this.#eventsInRow + 1;
    this.#isEventHold = !takesWindow;
    this.#isReserved = false;
    waiter.isWaiting = false;
    this.#holder = waiter.holder;
    if (!takesWindow || isMeasured || this.#watchDue === Number.POSITIVE_INFINITY) {
      const now = this.#clock.now();
      this.#heldSince = now;
      this.#watchFrom(now);
    }
    waiter.grant();
  }

  /** How long the hold was, where that is to be reported: the watch can't see one that kept the whole process busy. Else 0. */
  #endMeasuredHold(): number {
    const heldMs = this.#clock.now() - this.#heldSince;
    const slowMs = !this.#isHoldReported && heldMs >= this.#options.slowHoldMs ? heldMs : 0;
    this.#heldSince = UNMEASURED;
    this.#isHoldReported = false;
    return slowMs;
  }

  /** Sees to it that what begins now is looked after in time. A watch that fires sooner finds out when to look next. */
  #watchFrom(now: number): void {
    if (this.#watchDue > now + this.#soonestMs) this.#watchAt(now + this.#soonestMs, now);
  }

  #watchAt(due: number, now: number): void {
    this.#watch?.cancel();
    this.#watchDue = due;
    this.#watch =
      due === Number.POSITIVE_INFINITY ? undefined : this.#clock.setTimer(Math.max(0, due - now), this.#onWatch, false);
  }

  readonly #onWatch = (): void => {
    this.#watch = undefined;
    const now = this.#clock.now();
    const due = this.#watchDue;
    this.#watchDue = Number.POSITIVE_INFINITY;
    // Timers may fire a fraction of a millisecond early.
    this.#watchAt(now < due ? due : this.#report(now), now);
  };

  /** Reports and times out what is due, and gives when the next of it will be. */
  #report(now: number): number {
    const { lockTimeoutMs, slowHoldMs, onSlowHold, onSlowWait } = this.#options;
    let next = Number.POSITIVE_INFINITY;
    if (this.#holder !== undefined && !this.#isHoldReported) {
      if (this.#heldSince === UNMEASURED) this.#heldSince = now;
      const heldMs = now - this.#heldSince;
      if (heldMs >= slowHoldMs) {
        this.#isHoldReported = true;
        onSlowHold(this.#holder, heldMs);
      } else next = this.#heldSince + slowHoldMs;
    }
    const holder = this.#holder?.name ?? "nobody (the process is busy)";
    // Of the events that wait only the first is reported: the others wait for it.
    const event = this.#events.first;
    if (event !== undefined && !event.isReported) {
      if (now - event.since >= slowHoldMs) {
        event.isReported = true;
        onSlowWait(event.holder.name, holder, now - event.since);
      } else next = Math.min(next, event.since + slowHoldMs);
    }
    // Not a number, or less than none: for ever, too.
    if (!(lockTimeoutMs > 0)) return next;
    let window = this.#windows.first;
    for (; window !== undefined && now - window.since >= lockTimeoutMs; window = this.#windows.first) {
      this.remove(window, new LockTimeoutError(window.holder.name, holder, now - window.since));
    }
    return window === undefined ? next : Math.min(next, window.since + lockTimeoutMs);
  }
}
