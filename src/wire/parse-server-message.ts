import type { Encoded, EncodedPatch } from "./codec.ts";
import { MAX_ID_LENGTH } from "./limits.ts";
import {
  type CallResult,
  FRESH_REASONS,
  type FreshReason,
  type FullUpdate,
  PROTOCOL_VERSION,
  type ServerMessage,
  type StateUpdate,
  type WireError,
} from "./messages.ts";
import { asCount, asEntries, asList, asName, asRecord, asText, parseFrame, refuse } from "./shape.ts";

/**
 * The message in a frame from a server, rebuilt. Values and patches in it are still encoded; lists have no limit, a page trusts its server that far.
 *
 * @throws ProtocolError `BAD_MESSAGE`.
 */
export function parseServerMessage(frame: unknown): ServerMessage {
  const message = parseFrame(frame);
  switch (message.type) {
    case "welcome":
      return {
        type: "welcome",
        protocol: message.protocol === PROTOCOL_VERSION ? PROTOCOL_VERSION : refuse("protocol"),
        token: asText(message.token, MAX_ID_LENGTH, "token") || refuse("token"),
        sessionId: asText(message.sessionId, MAX_ID_LENGTH, "sessionId"),
        resumed: message.resumed === true,
        ...(message.fresh === undefined ? {} : { fresh: asFreshReason(message.fresh) }),
        ...(message.received === undefined ? {} : { received: asCount(message.received, "received") }),
        heartbeatMs: asCount(message.heartbeatMs, "heartbeatMs"),
        maxMessageBytes: asCount(message.maxMessageBytes, "maxMessageBytes"),
      };
    case undefined:
      return {
        type: "update",
        version: asCount(message.version, "version"),
        ...(message.states === undefined ? {} : { states: asEntries(message.states, "states", asStateUpdate) }),
        ...(message.results === undefined ? {} : { results: asList(message.results, Infinity, "results", asResult) }),
      };
    case "refused":
      return {
        type: "refused",
        code: asName(message.code, "code"),
        message: asText(message.message, Infinity, "message"),
        retry: message.retry === true,
      };
    case "beat":
      return { type: "beat" };
    default:
      return refuse("type");
  }
}

/** Full updates by their state's name, rebuilt: as the HTML's data block holds them, and what a tab keeps over a reload. */
export function asFullUpdates(value: unknown): Record<string, FullUpdate> {
  return asEntries(value, "states", asFullUpdate);
}

function asFullUpdate(value: unknown): FullUpdate {
  const update = asRecord(value, "state");
  return {
    full: asEntries(update.full, "full", (encoded) => encoded as Encoded),
    events: asList(update.events, Infinity, "events", asName),
  };
}

function asFreshReason(value: unknown): FreshReason {
  return FRESH_REASONS.find((reason) => reason === value) ?? refuse("fresh");
}

function asStateUpdate(value: unknown): StateUpdate {
  if (Array.isArray(value)) return asFullUpdate({ full: value[0] as unknown, events: value[1] as unknown });
  return { patch: asEntries(value, "patch", (encoded) => encoded as EncodedPatch) };
}

function asResult(value: unknown): CallResult {
  const result = asRecord(value, "result");
  const id = asCount(result.id, "id");
  if (result.ok !== true) return { id, ok: false, error: asWireError(result.error) };
  return result.run === undefined
    ? { id, ok: true, value: result.value as Encoded }
    : { id, ok: true, run: asText(result.run, MAX_ID_LENGTH, "run") };
}

function asWireError(value: unknown): WireError {
  const error = asRecord(value, "error");
  return {
    code: asName(error.code, "code"),
    message: asText(error.message, Infinity, "message"),
    ...(error.reason === undefined ? {} : { reason: asText(error.reason, Infinity, "reason") }),
    ...(error.data === undefined ? {} : { data: error.data as Encoded }),
    ...(error.errorId === undefined ? {} : { errorId: asText(error.errorId, MAX_ID_LENGTH, "errorId") }),
    ...(error.issues === undefined ? {} : { issues: asList(error.issues, Infinity, "issues", asIssue) }),
  };
}

function asIssue(value: unknown): { message: string; path: (string | number)[] } {
  const issue = asRecord(value, "issue");
  return { message: asText(issue.message, Infinity, "message"), path: asList(issue.path, Infinity, "path", asKey) };
}

function asKey(value: unknown): string | number {
  return typeof value === "string" || typeof value === "number" ? value : refuse("path");
}
