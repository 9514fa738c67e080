/** Who has something to send after commits: a connection. */
export interface Flushable {
  /** Sends what is new. An error is reported and harms nobody else. */
  flush(): void;
}

/** What a flush queue is told and tells. */
export interface FlushQueueOptions {
  /** Told of a flush that threw. Must not throw. */
  readonly onError: (error: unknown) => void;
  /** There is something to flush: call `flush` soon. */
  readonly onReady: () => void;
}

/** Flushes that take this long, in ms, are expensive: the next one waits `PACE` times as long as they took. */
const EXPENSIVE_MS = 0.2;
const PACE = 9;
const MAX_REST_MS = 250;

interface Pace {
  /** How long the last flush took, in ms. */
  readonly tookMs: number;
  /** Until when the flushable rests. */
  readonly readyAt: number;
}

/** Counts the flushes that somebody waits for. */
interface FlushWait {
  left: number;
  readonly done: () => void;
}

/**
 * Who is to be flushed, in the order in which they were marked.
 *
 * A flushable is clean → dirty (`markDirty`) → clean (flushed); after two expensive flushes in a row it rests, and what is marked meanwhile becomes
 * dirty only when the rest is over. So a value that costs more to compare the larger it grows costs a bounded share of the time. One expensive
 * flush alone is no reason: it may have been a large change, or a pause of the machine.
 */
export class FlushQueue {
  readonly #options: FlushQueueOptions;
  readonly #dirty = new Set<Flushable>();
  /** Marked while they rest, with what wakes them. */
  readonly #resting = new Map<Flushable, NodeJS.Timeout>();
  /** Of those whose last flush was expensive. */
  readonly #paces = new WeakMap<Flushable, Pace>();
  readonly #waits = new Map<Flushable, FlushWait[]>();

  constructor(options: FlushQueueOptions) {
    this.#options = options;
  }

  /** Whether there is something to flush now. */
  get isReady(): boolean {
    return this.#dirty.size > 0;
  }

  /** Whether there is nothing to flush, now or after a rest. */
  get isEmpty(): boolean {
    return this.#dirty.size === 0 && this.#resting.size === 0;
  }

  markDirty(flushable: Flushable): void {
    if (this.#dirty.has(flushable) || this.#resting.has(flushable)) return;
    const pace = this.#paces.get(flushable);
    const restMs = pace === undefined ? 0 : pace.readyAt - performance.now();
    if (restMs <= 0) this.#add(flushable);
    else
      this.#resting.set(
        flushable,
        setTimeout(() => this.#wake(flushable), restMs),
      );
  }

  /** Calls back once these are clean; at once if they are. None of them rests any longer. */
  whenFlushed(flushables: Iterable<Flushable>, done: () => void): void {
    const wait: FlushWait = { left: 0, done };
    for (const flushable of flushables) {
      if (this.#resting.has(flushable)) this.#wake(flushable);
      if (!this.#dirty.has(flushable)) continue;
      wait.left += 1;
      const waits = this.#waits.get(flushable);
      if (waits === undefined) this.#waits.set(flushable, [wait]);
      else waits.push(wait);
    }
    if (wait.left === 0) done();
  }

  /** Flushes each of the dirty once, for `budgetMs` and at least the first; who becomes dirty meanwhile waits for the next call. */
  flush(budgetMs: number): void {
    let left = this.#dirty.size;
    if (left === 0) return;
    let now = performance.now();
    const until = now + budgetMs;
    for (const flushable of this.#dirty) {
      this.#dirty.delete(flushable);
      try {
        flushable.flush();
      } catch (error) {
        this.#options.onError(error);
      }
      const after = performance.now();
      this.#pace(flushable, after - now, after);
      now = after;
      this.#endWaits(flushable);
      left -= 1;
      if (left === 0 || now >= until) return;
    }
  }

  /** It has gone: nothing of it is flushed any more, and nobody waits for it. */
  forget(flushable: Flushable): void {
    this.#dirty.delete(flushable);
    this.#stopRest(flushable);
    this.#paces.delete(flushable);
    this.#endWaits(flushable);
  }

  /** Forgets everybody. */
  clear(): void {
    for (const flushable of [...this.#dirty, ...this.#resting.keys()]) this.forget(flushable);
  }

  #add(flushable: Flushable): void {
    this.#dirty.add(flushable);
    this.#options.onReady();
  }

  #wake(flushable: Flushable): void {
    this.#stopRest(flushable);
    this.#add(flushable);
  }

  #stopRest(flushable: Flushable): void {
    clearTimeout(this.#resting.get(flushable));
    this.#resting.delete(flushable);
  }

  #pace(flushable: Flushable, tookMs: number, now: number): void {
    const before = this.#paces.get(flushable);
    if (tookMs >= EXPENSIVE_MS) {
      const restMs = before === undefined ? 0 : Math.min(PACE * Math.min(tookMs, before.tookMs), MAX_REST_MS);
      this.#paces.set(flushable, { tookMs, readyAt: now + restMs });
    } else if (before !== undefined) this.#paces.delete(flushable);
  }

  #endWaits(flushable: Flushable): void {
    const waits = this.#waits.get(flushable);
    if (waits === undefined) return;
    this.#waits.delete(flushable);
    for (const wait of waits) {
      wait.left -= 1;
      if (wait.left === 0) wait.done();
    }
  }
}
