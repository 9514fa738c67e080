import type { Clock, Timer } from "../base/clock.ts";

/** How long an error may go unseen before it is reported, in ms. */
const UNSEEN_MS = 1_000;

const ignore = (): void => {};

/** A promise whose rejection is reported where nobody looks at it, instead of ending the process. Whoever awaits it, or chains on it, looks at it. */
export class ObservedPromise<T> extends Promise<T> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  #isObserved = false;
  #clock: Clock | undefined;
  #report: ((error: unknown) => void) | undefined;
  /** Set while it is rejected and nobody has looked. */
  #timer: Timer | undefined;

  #resolve!: (value: T) => void;
  #reject!: (error: unknown) => void;

  /** One that `fulfill` or `fail` settles. */
  static pending<T>(clock: Clock, report: (error: unknown) => void): ObservedPromise<T> {
    let resolve!: (value: T) => void;
    let reject!: (error: unknown) => void;
    const observed = new this<T>((onResolve, onReject) => {
      resolve = onResolve;
      reject = onReject;
    });
    observed.#clock = clock;
    observed.#report = report;
    observed.#resolve = resolve;
    observed.#reject = reject;
    return observed;
  }

  static of<T>(source: Promise<T>, clock: Clock, report: (error: unknown) => void): ObservedPromise<T> {
    const observed = ObservedPromise.pending<T>(clock, report);
    source.then(observed.#resolve, (error: unknown) => observed.fail(error));
    return observed;
  }

  /** Only for one that is `pending`. */
  fulfill(value: T): void {
    this.#resolve(value);
  }

  /** Only for one that is `pending`. */
  fail(error: unknown): void {
    this.#watch(error);
    this.#reject(error);
  }

  /** As `fail`, for what is no news: nobody need look at it, but what is chained on it is observed all the same. */
  failQuietly(error: unknown): void {
    // oxlint-disable-next-line promise/no-promise-in-callback -- the parameter is an error, no callback's
    void super.then(undefined, ignore);
    this.#reject(error);
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise: to look at it is what this class watches
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#isObserved = true;
    this.#timer?.cancel();
    const next = super.then(onFulfilled, onRejected);
    // `await` gives both. Who gives no handler of rejections leaves them to the promise that comes of it.
    return typeof onRejected === "function" || this.#clock === undefined
      ? next
      : ObservedPromise.of(next, this.#clock, this.#report!);
  }

  #watch(error: unknown): void {
    if (this.#isObserved) return;
    // Handled, as far as the process is concerned.
    // oxlint-disable-next-line promise/no-promise-in-callback -- the parameter is an error, no callback's
    void super.then(undefined, ignore);
    this.#timer = this.#clock!.setTimer(UNSEEN_MS, () => this.#report!(error));
  }
}

/**
 * One that only ever fails quietly. `await` looks at `constructor` alone: as of a plain promise, it takes the value without calling `then`, which
 * saves two promises and two turns of the microtask queue.
 */
export class QuietPromise<T> extends ObservedPromise<T> {
  static {
    void Object.defineProperty(this.prototype, "constructor", { value: Promise });
  }
}
