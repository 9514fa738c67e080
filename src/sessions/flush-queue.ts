/** Who has something to send after commits: a connection. */
export interface Flushable {
  /** Sends what is new. An error is reported and harms nobody else. */
  flush(): void;
  /** The queue's: when it was flushed last. */
  flushedAt?: number;
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

/**
 * What nobody waits for goes out this long, in ms, after the flush before at the earliest: half a frame of a display. It is looked after every `TICK_MS`, so
 * that it is on its way within a frame.
 */
const GAP_MS = 8;
const TICK_MS = 4;

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
 *
 * What a flushable is marked for that nobody waits for (`markSoon`) is gathered for half a frame after its last flush. So a text that grows token by
 * token, or a task in a loop, is sent in a hundred small messages a second, not in twenty thousand that nobody could see.
 */
export class FlushQueue {
  readonly #options: FlushQueueOptions;
  readonly #dirty = new Set<Flushable>();
  /** Marked while they rest, with what wakes them. */
  readonly #resting = new Map<Flushable, NodeJS.Timeout>();
  /** Of those whose last flush was expensive. */
  readonly #paces = new WeakMap<Flushable, Pace>();
  readonly #waits = new Map<Flushable, FlushWait[]>();
  /** Marked soon after their last flush, and not dirty yet; with their timer. */
  readonly #gathering = new Set<Flushable>();
  #tick: NodeJS.Timeout | undefined;

  constructor(options: FlushQueueOptions) {
    this.#options = options;
  }

  /** Whether there is something to flush now. */
  get isReady(): boolean {
    return this.#dirty.size > 0;
  }

  /** Whether there is nothing to flush, now or after a rest. */
  get isEmpty(): boolean {
    return this.#dirty.size === 0 && this.#resting.size === 0 && this.#gathering.size === 0;
  }

  /** For what nobody waits for. */
  markSoon(flushable: Flushable): void {
    const { flushedAt } = flushable;
    if (flushedAt === undefined || this.#dirty.has(flushable) || performance.now() - flushedAt >= GAP_MS)
      return this.markDirty(flushable);
    this.#gathering.add(flushable);
    this.#tick ??= setTimeout(this.#onTick, TICK_MS);
  }

  /** Nothing is gathered any longer. */
  hurry(): void {
    for (const flushable of this.#gathering) this.markDirty(flushable);
  }

  markDirty(flushable: Flushable): void {
    this.#gathering.delete(flushable);
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
      if (this.#gathering.has(flushable)) this.markDirty(flushable);
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
      flushable.flushedAt = after;
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
    this.#gathering.delete(flushable);
    this.#stopRest(flushable);
    this.#paces.delete(flushable);
    this.#endWaits(flushable);
  }

  /** Forgets everybody. */
  clear(): void {
    for (const flushable of [...this.#dirty, ...this.#resting.keys(), ...this.#gathering]) this.forget(flushable);
    clearTimeout(this.#tick);
    this.#tick = undefined;
  }

  readonly #onTick = (): void => {
    this.#tick = undefined;
    const now = performance.now();
    for (const flushable of this.#gathering) if (now - flushable.flushedAt! >= GAP_MS) this.markDirty(flushable);
    if (this.#gathering.size > 0) this.#tick = setTimeout(this.#onTick, TICK_MS);
  };

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
