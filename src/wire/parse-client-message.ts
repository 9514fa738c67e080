import { ProtocolError } from "../base/errors.ts";
import type { Encoded } from "./codec.ts";
import { MAX_ARGUMENTS, MAX_ID_LENGTH, MAX_STATES, MAX_URL_LENGTH } from "./limits.ts";
import { type ClientMessage, type HelloMessage, PROTOCOL_VERSION, type WirePage } from "./messages.ts";
import { asCount, asList, asName, asRecord, asText, type JsonRecord, parseFrame, refuse } from "./shape.ts";

/**
 * The message in a frame from a page, rebuilt: of the right shape, within the limits, and with nothing in it that the protocol doesn't have.
 *
 * @throws ProtocolError `BAD_MESSAGE`, or `PROTOCOL_MISMATCH` for the `hello` of another version (of which nothing else is looked at).
 */
export function parseClientMessage(frame: unknown): ClientMessage {
  const message = parseFrame(frame);
  switch (message.type) {
    case "hello":
      return parseHello(message);
    case "subscribe":
    case "unsubscribe":
      return { type: message.type, states: asStates(message.states) };
    case "call":
      return {
        type: "call",
        id: asCount(message.id, "id"),
        state: asName(message.state, "state"),
        event: asName(message.event, "event"),
        args: asList(message.args, MAX_ARGUMENTS, "args", (value) => value as Encoded),
      };
    case "navigate":
      return { type: "navigate", page: asPage(message.page) };
    case "ack":
      return { type: "ack", updates: asCount(message.updates, "updates") };
    case "ping":
      return { type: "ping" };
    default:
      return refuse("type");
  }
}

function parseHello(message: JsonRecord): HelloMessage {
  if (asCount(message.protocol, "protocol") !== PROTOCOL_VERSION) {
    throw new ProtocolError(
      "PROTOCOL_MISMATCH",
      `The page speaks version ${message.protocol as number} of the protocol and the server version ${PROTOCOL_VERSION}: reload the page.`,
    );
  }
  return {
    type: "hello",
    protocol: PROTOCOL_VERSION,
    document: asId(message.document, "document"),
    ...(message.token === undefined ? {} : { token: asId(message.token, "token") }),
    page: asPage(message.page),
    states: asStates(message.states),
    held: asStates(message.held),
    version: asCount(message.version, "version"),
  };
}

function asPage(value: unknown): WirePage {
  const page = asRecord(value, "page");
  return { path: asText(page.path, MAX_URL_LENGTH, "path"), query: asText(page.query, MAX_URL_LENGTH, "query") };
}

function asStates(value: unknown): string[] {
  return asList(value, MAX_STATES, "states", asName);
}

function asId(value: unknown, what: string): string {
  return asText(value, MAX_ID_LENGTH, what) || refuse(what);
}
