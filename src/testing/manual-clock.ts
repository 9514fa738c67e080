import type { Clock, Timer } from "../server/index.ts";

interface ManualTimer extends Timer {
  readonly dueAt: number;
  readonly order: number;
  readonly keepsAlive: boolean;
  callback(): void;
}

/** A clock that stands still until a test moves it. Timers fire in the order in which they are due, those due together in the order in which they were set. */
export class ManualClock implements Clock {
  #now = 0;
  #wallStart: number;
  #order = 0;
  readonly #timers = new Set<ManualTimer>();

  /** @param wallStart what `wallNow` gives at first, in ms since the epoch. Default: 2026-01-01. */
  constructor(wallStart = Date.UTC(2026, 0, 1)) {
    this.#wallStart = wallStart;
  }

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return this.#wallStart + this.#now;
  }

  setTimer(ms: number, callback: () => void, keepsAlive = true): Timer {
    const timer: ManualTimer = {
      dueAt: this.#now + Math.max(0, ms),
      order: (this.#order += 1),
      keepsAlive,
      callback,
      cancel: () => this.#timers.delete(timer),
    };
    this.#timers.add(timer);
    return timer;
  }

  /** How many timers are set; without those that only watch (they would not keep a process alive). */
  get pendingTimers(): number {
    let count = 0;
    for (const timer of this.#timers) if (timer.keepsAlive) count += 1;
    return count;
  }

  /** Moves to the next timer that is due within `ms`, and fires it; gives how far it went, or undefined (and does not move) where none is due. */
  fireNext(withinMs: number): number | undefined {
    let next: ManualTimer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.dueAt < next.dueAt || (timer.dueAt === next.dueAt && timer.order < next.order))
        next = timer;
    }
    if (next === undefined || next.dueAt > this.#now + withinMs) return undefined;
    const went = Math.max(0, next.dueAt - this.#now);
    this.#now += went;
    this.#timers.delete(next);
    next.callback();
    return went;
  }

  /** Moves on by `ms`, firing what becomes due on the way, also what is set on the way. Synchronous: what promises do in between is not waited for. */
  advance(ms: number): void {
    let left = ms;
    for (let went = this.fireNext(left); went !== undefined; went = this.fireNext(left)) left -= went;
    this.#now += left;
  }
}
