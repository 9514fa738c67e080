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

  static of<T>(source: Promise<T>, clock: Clock, report: (error: unknown) => void): ObservedPromise<T> {
    let resolve!: (value: T) => void;
    let reject!: (error: unknown) => void;
    const observed = new ObservedPromise<T>((onResolve, onReject) => {
      resolve = onResolve;
      reject = onReject;
    });
    observed.#clock = clock;
    observed.#report = report;
    source.then(resolve, (error: unknown) => {
      observed.#watch(error);
      reject(error);
    });
    return observed;
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
