/** Functions to call when something happens; the same function may be added twice. */
export class Listeners<T = void> {
  readonly #entries = new Set<{ readonly listener: (value: T) => void }>();
  readonly #onError: (error: unknown) => void;

  /** `onError` is told of what a listener throws; the others are called all the same. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Adds a listener and gives the function that takes it out. */
  add(listener: (value: T) => void): () => void {
    const entry = { listener };
    this.#entries.add(entry);
    return () => void this.#entries.delete(entry);
  }

  /** Calls all listeners; one that is taken out meanwhile is not called any more. */
  notify(value: T): void {
    for (const { listener } of this.#entries) {
      try {
        listener(value);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
