import type { ClientClock } from "./client.ts";

interface Delayed {
  readonly run: () => void;
  readonly drop: () => void;
  readonly timer: unknown;
}

/** Calls that wait for a pause in calls like them: at most one for each key. */
export class Debounces {
  readonly #clock: ClientClock;
  readonly #delayed = new Map<string, Delayed>();

  constructor(clock: ClientClock) {
    this.#clock = clock;
  }

  /** Runs `run` after `ms` milliseconds, unless another call of the same key comes before: then `drop` is run instead. */
  delay(key: string, ms: number, run: () => void, drop: () => void): void {
    const before = this.#take(key);
    before?.drop();
    this.#delayed.set(key, { run, drop, timer: this.#clock.setTimeout(() => this.#take(key)?.run(), ms) });
  }

  /** Runs all that wait, now (and not what they add): what was typed before a click must reach the server before the click. */
  flush(): void {
    // oxlint-disable-next-line unicorn/no-useless-spread -- the keys as they are now
    for (const key of [...this.#delayed.keys()]) this.#take(key)?.run();
  }

  #take(key: string): Delayed | undefined {
    const delayed = this.#delayed.get(key);
    if (delayed !== undefined) this.#clock.clearTimeout(delayed.timer);
    this.#delayed.delete(key);
    return delayed;
  }
}
