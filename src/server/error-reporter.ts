import type { ErrorInfo } from "./app-options.ts";
import type { Logger } from "./logger.ts";
import { hiddenWireError, publicWireError } from "./wire-error.ts";
import { toValue, type Value } from "../state/values.ts";
import type { WireError } from "../wire/messages.ts";

/** Logs errors under an id, and tells the app's `onError`. */
export class ErrorReporter {
  readonly #logger: Logger;
  readonly #onError: ((error: unknown, info: ErrorInfo) => void) | undefined;

  constructor(logger: Logger, onError: ((error: unknown, info: ErrorInfo) => void) | undefined) {
    this.#logger = logger;
    this.#onError = onError;
  }

  report(error: unknown, info: ErrorInfo, message = `${info.name} failed`): void {
    this.#log({ err: error, errorId: info.id, source: info.name }, message);
    void this.#tell(error, info);
  }

  /** At once; `onError` may be asynchronous all the same. */
  async #tell(error: unknown, info: ErrorInfo): Promise<void> {
    try {
      const told: unknown = this.#onError?.(error, info);
      await told;
    } catch (second) {
      this.#log({ err: second, errorId: info.id }, "The app's onError threw");
    }
  }

  /** Never throws, as who reports has more to do. What the logger can't even look at (getters or proxies that throw) is logged without its content. */
  #log(fields: { err: unknown; errorId: string; source?: string }, message: string): void {
    try {
      this.#logger.error(fields, message);
    } catch {
      try {
        this.#logger.error({ ...fields, err: "an error that can't be read" }, message);
      } catch {
        // The logger itself is broken, and there is nowhere else to say so.
      }
    }
  }

  /** What the page may know of the error that a task ended with, as plain data; it was reported under the task's id. */
  ofTask(error: unknown, taskId: string): Value {
    let known: WireError | undefined;
    try {
      known = publicWireError(error);
    } catch {
      // What is wrong with it can't be told either.
    }
    return toValue(known ?? hiddenWireError(taskId), "an error");
  }

  /** What the page may know of an error; one that was not made for it is logged, and the page gets its id. */
  forPage(error: unknown, info: ErrorInfo): WireError {
    try {
      const known = publicWireError(error);
      if (known !== undefined) return known;
    } catch (second) {
      this.report(second, info);
      return hiddenWireError(info.id);
    }
    this.report(error, info);
    return hiddenWireError(info.id);
  }
}
