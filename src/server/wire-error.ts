import {
  InvalidArgumentsError,
  MeanwhileError,
  PublicError,
  TaskRefusedError,
  type ErrorCode,
  UnknownEventError,
  UnknownStateError,
} from "../base/errors.ts";
import { copyIn } from "../data/copy-in.ts";
import { encodeNode } from "../wire/encode-node.ts";
import type { WireError } from "../wire/messages.ts";

/** Codes of errors whose message says nothing but what the page has done, or may know. */
const PUBLIC_CODES: ReadonlySet<string> = new Set<ErrorCode>([
  "BAD_MESSAGE",
  "PROTOCOL_MISMATCH",
  "APP_CLOSED",
  "RATE_LIMITED",
  "TOO_MANY_CALLS",
  "TOO_MANY_SESSIONS",
  "HELLO_TIMEOUT",
  "UNAUTHORIZED",
  "AUTHORIZE_FAILED",
]);

/**
 * What a page may know of an error: all of one that was made for it, nothing of any other but the id under which the server's log has it.
 * Undefined for the latter.
 */
export function publicWireError(error: unknown): WireError | undefined {
  if (error instanceof PublicError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.reason === undefined ? {} : { reason: error.reason }),
      ...(error.data === undefined ? {} : { data: encodeNode(copyIn(error.data, "the data of a PublicError")) }),
    };
  }
  if (error instanceof InvalidArgumentsError) return { code: error.code, message: error.message, issues: error.issues };
  if (error instanceof UnknownEventError || error instanceof UnknownStateError)
    return { code: error.code, message: error.message };
  if (error instanceof TaskRefusedError) return { code: error.code, message: error.message, reason: error.runId };
  if (error instanceof MeanwhileError && PUBLIC_CODES.has(error.code))
    return { code: error.code, message: error.message };
  return undefined;
}

/** What a page is told of an error that was not made for it. */
export function hiddenWireError(errorId: string): WireError {
  return { code: "EVENT_FAILED", message: `The event failed on the server (error id ${errorId}).`, errorId };
}
