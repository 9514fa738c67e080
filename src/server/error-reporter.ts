import type { ErrorInfo } from "./app-options.ts";
import type { Logger } from "./logger.ts";
import { hiddenWireError, publicWireError } from "./wire-error.ts";
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
    this.#logger.error({ err: error, errorId: info.id, source: info.name }, message);
    try {
      this.#onError?.(error, info);
    } catch (second) {
      this.#logger.error({ err: second, errorId: info.id }, "The app's onError threw");
    }
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
