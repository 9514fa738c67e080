import type { Clock, Timer } from "../base/clock.ts";
import { LinkedQueue } from "../sessions/linked-queue.ts";
import type { Parked, Scheduler } from "../sessions/scheduler.ts";
import type { Sleep } from "./sleep.ts";

/** Timers may fire, and be set, a fraction of a millisecond early: what is due within this is due. */
const SOON_MS = 1;

/**
 * All sleeps of one length, of all tasks: they come due in the order in which they began, so that one timer does for all of them.
 *
 * Each is woken when what the one before does next has been done, and only while the scheduler's turn lasts. Very many that come due together so begin where they can go on:
 * woken all at once, most of them would only wait for the lock.
 */
export class SleepList implements Parked {
  readonly ms: number;
  readonly hasWaitingEvent = true;
  isHeld = false;
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  /** Told that nothing sleeps in it any more. */
  readonly #onEmpty: () => void;
  readonly #sleeps = new LinkedQueue<Sleep>();
  /** How many of them keep the process alive. */
  #keepers = 0;
  #timer: Timer | undefined;

  constructor(ms: number, clock: Clock, scheduler: Scheduler, onEmpty: () => void) {
    this.ms = ms;
    this.#clock = clock;
    this.#scheduler = scheduler;
    this.#onEmpty = onEmpty;
  }

  add(sleep: Sleep): void {
    this.#sleeps.push(sleep);
    if (sleep.keepsAlive) this.#keepers += 1;
    if (this.#sleeps.length === 1 && !this.isHeld) this.#arm();
    else if (sleep.keepsAlive && this.#keepers === 1) this.#rearm();
  }

  remove(sleep: Sleep): void {
    const wasFirst = this.#sleeps.first === sleep;
    this.#sleeps.remove(sleep);
    const wasLastKeeper = sleep.keepsAlive && (this.#keepers -= 1) === 0;
    if (wasFirst || wasLastKeeper) this.#rearm();
  }

  /** It need not keep the process alive any more. */
  letGo(sleep: Sleep): void {
    if (!sleep.keepsAlive) return;
    sleep.keepsAlive = false;
    this.#keepers -= 1;
    if (this.#keepers === 0) this.#rearm();
  }

  /** For the scheduler: a turn in which some can be woken. */
  resume(): void {
    this.#wakeNext();
  }

  readonly #wakeNext = (): void => {
    const { first } = this.#sleeps;
    if (first === undefined || first.due - this.#clock.now() >= SOON_MS) {
      this.isHeld = false;
      this.#arm();
    } else if (this.#scheduler.tryRun()) {
      this.#sleeps.remove(first);
      if (first.keepsAlive) this.#keepers -= 1;
      first.wake();
      queueMicrotask(this.#wakeNext);
    } else this.#scheduler.park(this);
  };

  /** Anew: what the timer was set for, or as, has changed. */
  #rearm(): void {
    if (this.isHeld) return;
    this.#timer?.cancel();
    this.#arm();
  }

  #arm(): void {
    const { first } = this.#sleeps;
    this.#timer = undefined;
    if (first === undefined) return this.#onEmpty();
    const waitMs = Math.max(0, first.due - this.#clock.now());
    this.#timer = this.#clock.setTimer(
      waitMs,
      () => {
        this.isHeld = true;
        this.#wakeNext();
      },
      this.#keepers > 0,
    );
  }
}
