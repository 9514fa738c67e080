import type { Clock } from "../base/clock.ts";

/** How long an error may go unseen before it is reported, in ms. */
const UNSEEN_MS = 1_000;

/** A promise whose rejection is reported where nobody looks at it, instead of ending the process. Whoever awaits it, or chains on it, looks at it. */
export class ObservedPromise<T> extends Promise<T> {
  #isObserved = false;
  #report: ((error: unknown) => void) | undefined;
  #clock: Clock | undefined;

  static of<T>(source: Promise<T>, clock: Clock, report: (error: unknown) => void): ObservedPromise<T> {
    const observed = new ObservedPromise<T>((resolve, reject) => {
      source.then(resolve, reject);
    });
    observed.#watch(clock, report);
    return observed;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise: to look at it is what this class watches
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#isObserved = true;
    const next = super.then(onFulfilled, onRejected);
    if (next instanceof ObservedPromise && this.#clock !== undefined)
      (next as ObservedPromise<A | B>).#watch(this.#clock, this.#report!);
    return next;
  }

  #watch(clock: Clock, report: (error: unknown) => void): void {
    this.#clock = clock;
    this.#report = report;
    // Promise's own `then` on a plain promise species: looking at it here does not count.
    void Promise.prototype.then.call(this, undefined, (error: unknown) => {
      if (this.#isObserved) return;
      clock.setTimer(UNSEEN_MS, () => {
        if (!this.#isObserved) report(error);
      });
    });
  }
}
