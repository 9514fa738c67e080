import type { Clock, Timer } from "../base/clock.ts";
import { QuietPromise } from "../sessions/observed-promise.ts";
import type { Cancellable, Cancellation } from "./cancellation.ts";

/** A task that sleeps: waits for a timer, or for its cancellation. There may be very many of them: the one object holds all. */
export class Sleep implements Cancellable {
  readonly promise: QuietPromise<void>;
  readonly #clock: Clock;
  readonly #cancellation: Cancellation;
  readonly #due: number;
  #timer: Timer;

  constructor(
    clock: Clock,
    cancellation: Cancellation,
    ms: number,
    keepsAlive: boolean,
    report: (error: unknown) => void,
  ) {
    this.promise = QuietPromise.pending(clock, report);
    this.#clock = clock;
    this.#cancellation = cancellation;
    this.#due = clock.now() + ms;
    this.#timer = this.#setTimer(ms, keepsAlive);
    cancellation.add(this);
  }

  cancel(reason: unknown): boolean {
    this.#timer.cancel();
    this.promise.failQuietly(reason);
    return true;
  }

  letGo(): void {
    this.#timer.cancel();
    this.#timer = this.#setTimer(this.#due - this.#clock.now(), false);
  }

  #setTimer(ms: number, keepsAlive: boolean): Timer {
    return this.#clock.setTimer(
      Math.max(0, ms),
      () => {
        this.#cancellation.remove(this);
        this.promise.fulfill();
      },
      keepsAlive,
    );
  }
}
