import { AsyncResource } from "node:async_hooks";
import { FlushQueue, type Flushable } from "./flush-queue.ts";

export type { Flushable } from "./flush-queue.ts";

/** What waits for a turn: a session's lock. */
export interface Parked {
  /** Lets the next waiter run, in microtasks. */
  resume(): void;
  /** Whether one of the page's events waits: they go first. */
  readonly hasWaitingEvent: boolean;
  /** Whether what was resumed may still run. */
  readonly isHeld: boolean;
}

/** What a scheduler can be told. */
export interface SchedulerOptions {
  /** Told of a flush that threw. Must not throw. */
  readonly onError: (error: unknown) => void;
  /** How long sessions may run in one turn of the event loop, all together, in ms. Default 1. */
  readonly budgetMs?: number;
}

/** The clock is looked at every 1 to this many grants, so that about a twentieth of the budget passes between two looks. */
const MAX_GRANTS_BETWEEN_LOOKS = 64;
const LOOKS_PER_BUDGET = 20;
/** Flushes have at most this share of the budget beside what events take of it. */
const FLUSH_SHARE = 1 / 2;
/** Task windows have at least this share of the budget, whatever events and flushes took. */
const WINDOW_SHARE = 1 / 8;
/** How many microtasks the pump waits for what it has resumed, before it resumes the next: who awaits something real takes longer than any number. */
const MAX_HOPS = 16;
/** How many sessions with task windows one turn resumes at the most: tasks that loop then run long enough for parking to cost little. */
const MAX_WINDOW_SESSIONS = 4;

/**
 * Shares the process fairly among all sessions' locks.
 *
 * All that runs under a lock draws on one budget for each turn of the event loop. Life of a turn: idle → begun (by the first grant, or by the pump) →
 * spent: sessions are parked until the pump begins the next turn. The pump is one `setImmediate`, armed as long as a turn is begun, which lets
 * timers and sockets have their turn first. It resumes sessions with waiting events, then flushes, then resumes sessions with waiting task windows, each
 * kind in the order in which they came, one after the other while the budget lasts; of each kind at least one.
 */
export class Scheduler {
  readonly #budgetMs: number;
  readonly #flushes: FlushQueue;
  readonly #events = new Set<Parked>();
  readonly #windows = new Set<Parked>();
  /** The pump runs in the async context that made the scheduler, not in that of whoever armed it. */
  readonly #context = new AsyncResource("meanwhile.Scheduler", { requireManualDestroy: true });
  // oxlint-disable-next-line no-unused-private-class-members -- what is not undefined is armed
  #pump: NodeJS.Immediate | undefined;
  /** When this turn's budget ends; 0 while idle. */
  #deadline = 0;
  #isSpent = false;
  #lastLook = 0;
  /** Grants from the last look at the clock to the next. */
  #grantsPlanned = 1;
  #grantsLeft = 1;
  #drained: (() => void)[] = [];

  constructor(options: SchedulerOptions) {
    this.#budgetMs = options.budgetMs ?? 1;
    this.#flushes = new FlushQueue({ onError: options.onError, onReady: () => this.#arm() });
  }

  /** Whether code may run under a lock now; false once the turn's budget is spent: park then. */
  tryRun(): boolean {
    if (this.#isSpent) return false;
    this.#grantsLeft -= 1;
    return this.#grantsLeft > 0 || this.#look();
  }

  /** Whether the last `tryRun` has looked at the clock. */
  get hasJustLooked(): boolean {
    return this.#grantsLeft === this.#grantsPlanned;
  }

  /** Resumes the lock in a later turn. Parking it again moves it to the sessions with events if one waits by now, and else changes nothing. */
  park(lock: Parked): void {
    if (lock.hasWaitingEvent) {
      this.#windows.delete(lock);
      this.#events.add(lock);
    } else if (!this.#events.has(lock)) this.#windows.add(lock);
    this.#arm();
  }

  unpark(lock: Parked): void {
    this.#events.delete(lock);
    this.#windows.delete(lock);
  }

  /** Flushes it soon: never now, so that what one turn commits goes out together; later if its last flushes were expensive. */
  markDirty(flushable: Flushable): void {
    this.#flushes.markDirty(flushable);
  }

  /** As `markDirty`, for what nobody waits for: gathered with what else comes within half a frame of a display. */
  markSoon(flushable: Flushable): void {
    if (this.#drained.length > 0) this.#flushes.markDirty(flushable);
    else this.#flushes.markSoon(flushable);
  }

  /** It has gone: nothing is flushed any more. */
  forget(flushable: Flushable): void {
    this.#flushes.forget(flushable);
  }

  /** Settles, in a later turn and within its budget, when those of these that are dirty have been flushed, however expensive their last flush was. */
  flushed(flushables: Iterable<Flushable>): Promise<void> {
    return new Promise((resume) => {
      this.#flushes.whenFlushed(flushables, () => this.park({ resume, hasWaitingEvent: true, isHeld: true }));
    });
  }

  /** Settles when no lock is parked and nothing is to be flushed. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained.push(resolve);
      this.#flushes.hurry();
      this.#arm();
    });
  }

  /** Nothing more is flushed: who drains, or waits for a flush, goes on. Locks that are parked still have their turn. */
  dispose(): void {
    this.#flushes.clear();
    this.#settleDrained();
  }

  /** Looks at the clock for a grant; false where it comes too late. */
  #look(): boolean {
    const now = performance.now();
    if (this.#deadline === 0) {
      this.#beginTurn(now, this.#budgetMs);
      this.#arm();
      return true;
    }
    if (now >= this.#deadline) {
      this.#isSpent = true;
      return false;
    }
    const grants = this.#grantsPlanned - this.#grantsLeft;
    if (grants > 0) {
      const eachMs = (now - this.#lastLook) / grants;
      const wanted = eachMs > 0 ? Math.floor(this.#budgetMs / LOOKS_PER_BUDGET / eachMs) : MAX_GRANTS_BETWEEN_LOOKS;
      // Grow slowly, shrink at once: windows may become longer at any time.
      this.#planGrants(Math.max(1, Math.min(wanted, this.#grantsPlanned * 2, MAX_GRANTS_BETWEEN_LOOKS)));
    }
    this.#lastLook = now;
    return true;
  }

  #beginTurn(now: number, budgetMs: number): void {
    this.#deadline = now + budgetMs;
    this.#isSpent = false;
    this.#lastLook = now;
    this.#planGrants(1);
  }

  #planGrants(count: number): void {
    this.#grantsPlanned = this.#grantsLeft = count;
  }

  #arm(): void {
    this.#pump ??= setImmediate(this.#onImmediate);
  }

  readonly #onImmediate = (): void => {
    this.#pump = undefined;
    void this.#context.runInAsyncScope(this.#turn, this);
  };

  /** One turn: from its first microtask to its last, nothing but microtasks runs. */
  async #turn(): Promise<void> {
    if (this.#events.size === 0 && this.#windows.size === 0 && !this.#flushes.isReady) {
      this.#deadline = 0;
      this.#isSpent = false;
      this.#planGrants(1);
      if (this.#flushes.isEmpty) this.#settleDrained();
      return;
    }
    this.#beginTurn(performance.now(), this.#budgetMs);
    if (this.#events.size > 0) await this.#resume(this.#events, this.#events.size);
    this.#flushes.flush(this.#budgetMs * FLUSH_SHARE);
    if (this.#windows.size > 0) {
      const now = performance.now();
      this.#beginTurn(now, Math.max(this.#deadline - now, this.#budgetMs * WINDOW_SHARE));
      await this.#resume(this.#windows, Math.min(this.#windows.size, MAX_WINDOW_SESSIONS));
    }
    this.#arm();
  }

  /** Resumes the first `count`. Who is parked again meanwhile is at the end, and has its next turn when everybody has had one. */
  async #resume(parked: Set<Parked>, count: number): Promise<void> {
    let left = count;
    for (const lock of parked) {
      parked.delete(lock);
      this.#grantsLeft -= 1;
      lock.resume();
      // oxlint-disable-next-line typescript/await-thenable -- a hop: lets the microtask that was resumed run
      for (let hops = 0; lock.isHeld && hops < MAX_HOPS && !this.#isSpent; hops += 1) await undefined;
      left -= 1;
      if (left === 0 || this.#isSpent || !this.#look()) return;
    }
  }

  #settleDrained(): void {
    const drained = this.#drained;
    this.#drained = [];
    for (const resolve of drained) resolve();
  }
}
