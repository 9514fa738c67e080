/**
 * A promise whose rejection, if nobody handles it, goes to `report` instead of being an unhandled rejection of the process or page. Whoever calls
 * `then` takes the duty over, with the promise that `then` gives, which is of the same kind; `await` handles it.
 */
export class CallPromise<T> extends Promise<T> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  readonly #report: (error: unknown) => void;
  #isObserved = false;

  constructor(
    executor: (resolve: (value: T | PromiseLike<T>) => void, reject: (error: unknown) => void) => void,
    report: (error: unknown) => void,
  ) {
    super(executor);
    this.#report = report;
    super.then(undefined, (error: unknown) => {
      // A whole turn of grace, as unhandled rejections have: the caller may come to its `await` by way of other promises.
      setTimeout(() => {
        if (!this.#isObserved) report(error);
      });
    });
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#isObserved = true;
    const next = super.then(onFulfilled, onRejected);
    return new CallPromise<A | B>((resolve, reject) => void next.then(resolve, reject), this.#report);
  }
}
