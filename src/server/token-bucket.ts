import type { Clock } from "../base/clock.ts";

/** What a taker is told: go on, too fast (refuse this one), or too fast for so long that there is no point in going on. */
export type Verdict = "ok" | "over" | "flood";

/**
 * A token bucket: holds at most `burst` tokens, gets `perSecond` of them a second, and each event takes one. A debt of another
 * `burst` is a flood.
 */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(clock: Clock, perSecond: number, burst: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = clock.now();
  }

  take(): Verdict {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond) - 1;
    this.#at = now;
    if (this.#tokens >= 0) return "ok";
    return this.#tokens > -this.#burst ? "over" : "flood";
  }
}
