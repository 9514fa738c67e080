/** Who has something to send after commits: a connection. */
export interface Flushable {
  /** Sends what is new. An error is reported and harms nobody else. */
  flush(): void;
}

/** A session's lock, as the scheduler resumes it. */
export interface Parked {
  /** Gives the lock to the next waiter, if the lock is free and one waits. */
  resume(): void;
  /** Whether one of the page's events waits. */
  readonly hasWaitingEvent: boolean;
}

/** What a scheduler can be told. */
export interface SchedulerOptions {
  /** Told of a flush that threw. */
  readonly onError: (error: unknown) => void;
  /** How long sessions may run in one turn of the event loop, all together, in ms. Default 1. */
  readonly budgetMs?: number;
}

/** A flush that took longer than this waits `PACE` times as long before its next, so that what each costs stays linear in what changes. */
const EXPENSIVE_FLUSH_MS = 0.2;
const PACE = 9;
const MAX_PACE_MS = 250;
/** The clock is looked at every 1 to this many grants, so that about a twentieth of the budget passes between two looks. */
const MAX_GRANTS_BETWEEN_LOOKS = 64;
/** How many sessions of each kind one turn resumes at the most. */
const MAX_BATCH = 64;

/**
 * Shares the process fairly among all sessions' locks.
 *
 * All that runs under a lock draws on one budget for each turn of the event loop. Once it is spent, sessions are parked, and one `setImmediate` (the
 * pump), which lets timers and sockets have their turn first, resumes sessions with waiting events, then flushes (for at most half a turn), then sessions
 * with waiting task windows, each kind in the order in which they were parked.
 */
export class Scheduler {
  readonly #budgetMs: number;
  readonly #onError: (error: unknown) => void;
  /** When this turn's budget ends; 0 while no turn has begun. */
  #deadline = 0;
  #grantsLeft = 1;
  #grantsBetweenLooks = 1;
  #lastLook = 0;
  #isSpent = false;
  /** How many sessions of each kind one turn resumes. */
  #batch = 1;
  #turnBegan = 0;
  #pump: NodeJS.Immediate | undefined;
  #events = new Set<Parked>();
  #windows = new Set<Parked>();
  #dirty = new Set<Flushable>();
  /** Flushables whose last flush was expensive, until when they wait. */
  readonly #paced = new Map<Flushable, { readyAt: number; timer: NodeJS.Timeout | undefined }>();
  #afterFlush: (() => void)[] = [];
  #drained: (() => void)[] = [];

  constructor(options: SchedulerOptions) {
    this.#onError = options.onError;
    this.#budgetMs = options.budgetMs ?? 1;
  }

  /** Whether code may run under a lock now; false once the turn's budget is spent: park then. */
  tryRun(): boolean {
    if (this.#isSpent) return false;
    this.#grantsLeft -= 1;
    return this.#grantsLeft > 0 || this.#look();
  }

  /** Resumes the lock in a later turn. */
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

  /** Flushes it soon: never now, so that what one turn commits goes out together. */
  markDirty(flushable: Flushable): void {
    const paced = this.#paced.get(flushable);
    if (paced === undefined) {
      this.#dirty.add(flushable);
      this.#arm();
      return;
    }
    if (paced.timer !== undefined) return;
    const waitMs = paced.readyAt - performance.now();
    if (waitMs <= 0) {
      this.#paced.delete(flushable);
      this.#dirty.add(flushable);
      this.#arm();
      return;
    }
    paced.timer = setTimeout(() => {
      this.#paced.delete(flushable);
      this.#dirty.add(flushable);
      this.#arm();
    }, waitMs);
  }

  /** It has gone: nothing is flushed any more. */
  forget(flushable: Flushable): void {
    this.#dirty.delete(flushable);
    clearTimeout(this.#paced.get(flushable)?.timer);
    this.#paced.delete(flushable);
  }

  /** Flushes these in a later turn, however expensive their last flush was, and settles when it has. */
  flushed(flushables: Iterable<Flushable>): Promise<void> {
    for (const flushable of flushables) {
      const paced = this.#paced.get(flushable);
      if (paced?.timer === undefined) continue;
      clearTimeout(paced.timer);
      this.#paced.delete(flushable);
      this.#dirty.add(flushable);
    }
    return new Promise((resolve) => {
      this.#afterFlush.push(resolve);
      this.#arm();
    });
  }

  /** Settles when no lock is parked and nothing is to be flushed. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained.push(resolve);
      this.#arm();
    });
  }

  /** Forgets everything. */
  dispose(): void {
    clearImmediate(this.#pump);
    for (const { timer } of this.#paced.values()) clearTimeout(timer);
    this.#paced.clear();
    this.#dirty.clear();
    this.#events.clear();
    this.#windows.clear();
    for (const resolve of [...this.#afterFlush, ...this.#drained]) resolve();
    this.#afterFlush = [];
    this.#drained = [];
  }

  #look(): boolean {
    const now = performance.now();
    if (this.#deadline === 0) {
      this.#beginTurn(now);
      this.#arm();
      return true;
    }
    if (now >= this.#deadline) {
      this.#isSpent = true;
      return false;
    }
    const each = (now - this.#lastLook) / this.#grantsBetweenLooks;
    const wanted = each > 0 ? Math.floor(this.#budgetMs / 20 / each) : MAX_GRANTS_BETWEEN_LOOKS;
    // Grow slowly, shrink at once: windows may become longer at any time.
    this.#grantsBetweenLooks = Math.max(1, Math.min(wanted, this.#grantsBetweenLooks * 2, MAX_GRANTS_BETWEEN_LOOKS));
    this.#grantsLeft = this.#grantsBetweenLooks;
    this.#lastLook = now;
    return true;
  }

  #beginTurn(now: number): void {
    this.#deadline = now + this.#budgetMs;
    this.#lastLook = now;
    this.#isSpent = false;
    this.#grantsLeft = this.#grantsBetweenLooks;
  }

  #arm(): void {
    this.#pump ??= setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#pump = undefined;
    const now = performance.now();
    this.#adaptBatch(now);
    this.#beginTurn(now);
    this.#resume(this.#events);
    this.#flush();
    this.#resume(this.#windows);
    if (this.#isPending) this.#arm();
    else if (this.#drained.length > 0) void this.#settleDrained();
    // Nothing to do: the next grant begins a turn of its own.
    if (this.#pump === undefined) this.#deadline = 0;
    if (this.#deadline === 0) this.#grantsLeft = 1;
  };

  get #isPending(): boolean {
    return this.#events.size > 0 || this.#windows.size > 0 || this.#dirty.size > 0;
  }

  /** Resumed sessions run in microtasks after the turn's callback, where nothing can stop them before they have run once: so only a few at a time. */
  #resume(parked: Set<Parked>): void {
    let left = Math.min(parked.size, this.#batch);
    for (const lock of parked) {
      if (left === 0) break;
      left -= 1;
      parked.delete(lock);
      lock.resume();
    }
  }

  /** More sessions a turn while turns stay within the budget, fewer as soon as they don't. */
  #adaptBatch(now: number): void {
    const tookMs = now - this.#turnBegan;
    this.#turnBegan = now;
    this.#batch = tookMs < this.#budgetMs ? Math.min(this.#batch * 2, MAX_BATCH) : Math.max(1, this.#batch >> 1);
  }

  #flush(): void {
    const waiting = this.#afterFlush;
    if (this.#dirty.size > 0) {
      let now = performance.now();
      const until = now + this.#budgetMs / 2;
      for (const flushable of this.#dirty) {
        this.#dirty.delete(flushable);
        try {
          flushable.flush();
        } catch (error) {
          this.#onError(error);
        }
        const after = performance.now();
        const tookMs = after - now;
        now = after;
        if (tookMs > EXPENSIVE_FLUSH_MS) this.#paced.set(flushable, { readyAt: now + Math.min(tookMs * PACE, MAX_PACE_MS), timer: undefined });
        if (now > until) break;
      }
    }
    if (this.#dirty.size > 0 || waiting.length === 0) return;
    this.#afterFlush = [];
    for (const resolve of waiting) resolve();
  }

  /** What the last microtasks of this turn set off counts too. */
  async #settleDrained(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#isPending || this.#hasPacedFlush) {
      this.#arm();
      return;
    }
    const drained = this.#drained;
    this.#drained = [];
    for (const resolve of drained) resolve();
  }

  get #hasPacedFlush(): boolean {
    for (const { timer } of this.#paced.values()) if (timer !== undefined) return true;
    return false;
  }
}
