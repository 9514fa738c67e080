import {
  type ErrorCode,
  EventFailedError,
  InvalidArgumentsError,
  LimitError,
  MeanwhileError,
  PublicError,
  TaskRefusedError,
  UnauthorizedError,
  UnknownEventError,
  UnknownStateError,
} from "../base/errors.ts";
import { decodeFrozen } from "../wire/decode.ts";
import type { WireError } from "../wire/messages.ts";

/** The error that the server sent, as the class of its code; codes that have no class in the page give a plain `MeanwhileError`. */
export function rebuildError({ code, message, reason, data, issues, errorId }: WireError): MeanwhileError {
  switch (code) {
    case "INVALID_ARGUMENTS":
      return new InvalidArgumentsError(message, issues ?? []);
    case "PUBLIC":
      return new PublicError(message, {
        ...(reason === undefined ? {} : { code: reason }),
        ...(data === undefined ? {} : { data: decodeFrozen(data) }),
      });
    case "EVENT_FAILED":
      return new EventFailedError(errorId ?? "unknown");
    case "TASK_REFUSED":
      return new TaskRefusedError(message, reason ?? "");
    case "UNKNOWN_EVENT":
      return new UnknownEventError(message);
    case "UNKNOWN_STATE":
      return new UnknownStateError(message);
    case "RATE_LIMITED":
    case "TOO_MANY_CALLS":
    case "TOO_MANY_SESSIONS":
    case "HELLO_TIMEOUT":
      return new LimitError(code, message);
    case "UNAUTHORIZED":
      return new UnauthorizedError(message);
    default:
      return new MeanwhileError(code as ErrorCode, message);
  }
}
