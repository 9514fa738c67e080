import fc from "fast-check";
import { expect, it } from "vitest";
import { ProtocolError } from "../../../src/base/errors.ts";
import type { ServerMessage } from "../../../src/wire/messages.ts";
import { parseClientMessage } from "../../../src/wire/parse-client-message.ts";
import { parseServerMessage } from "../../../src/wire/parse-server-message.ts";
import { serverText } from "../../support/server-text.ts";
import { PROTOCOL_VERSION } from "../../../src/wire/messages.ts";

const CLIENT = [
  {
    type: "hello",
    protocol: PROTOCOL_VERSION,
    document: "d",
    token: "t",
    page: { path: "/", query: "?a" },
    states: ["A", "B"],
    held: ["A"],
    version: 7,
  },
  { type: "subscribe", states: ["A", "B"] },
  { type: "unsubscribe", states: [] },
  { type: "call", id: 0, state: "A", event: "go", args: [1, { $: ["u"] }] },
  { type: "navigate", page: { path: "/x", query: "" } },
  { type: "ack", updates: 16 },
  { type: "ping" },
];

const SERVER = [
  {
    type: "welcome",
    protocol: PROTOCOL_VERSION,
    token: "t",
    sessionId: "s",
    resumed: false,
    fresh: "held",
    received: 3,
    heartbeatMs: 15_000,
    maxMessageBytes: 1_000,
  },
  { type: "update", version: 3, states: { A: { full: { n: 1 }, events: ["go"] }, B: { patch: { n: [0, 2] } } } },
  {
    type: "update",
    version: 4,
    results: [
      { id: 1, ok: true, value: null },
      {
        id: 2,
        ok: false,
        error: {
          code: "PUBLIC",
          message: "m",
          reason: "R",
          data: 1,
          issues: [{ message: "i", path: ["a", 0] }],
          errorId: "e",
        },
      },
    ],
  },
  { type: "refused", code: "BAD_MESSAGE", message: "no", retry: true },
  { type: "beat" },
] satisfies ServerMessage[];

/** The same as they cross the wire. */
const SENT = SERVER.map((message) => JSON.parse(serverText(message)) as object);

it("2.4.5 what keeps to the protocol comes through as it was, and nothing else with it", () => {
  for (const message of CLIENT) expect(parseClientMessage(JSON.stringify({ ...message, extra: 1 }))).toEqual(message);
  for (const [index, sent] of SENT.entries())
    expect(parseServerMessage(JSON.stringify({ ...sent, extra: 1 }))).toEqual(SERVER[index]);
});

/** A message with some part of it replaced by any JSON value. */
const mutated = (messages: readonly object[]): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...messages), fc.nat(), fc.jsonValue()).map(([message, at, value]) => {
    let left = at % 12;
    return JSON.stringify(message, (key, part: unknown) => {
      if (key === "") return part;
      left -= 1;
      return left === 0 ? value : part;
    });
  });

it.each([
  ["client", parseClientMessage, CLIENT, CLIENT.map(({ type }) => type)],
  ["server", parseServerMessage, SENT, SERVER.map(({ type }) => type)],
] as const)(
  "2.4.5 the parser of %s messages never throws anything but a ProtocolError, whatever comes",
  (_, parse, messages, types) => {
    const anything = fc.oneof(
      mutated(messages),
      fc.json(),
      fc.string(),
      fc.constantFrom(undefined, null, 1, new Uint8Array(3)),
    );
    fc.assert(
      fc.property(anything, (frame) => {
        try {
          const parsed = parse(frame);
          expect(types).toContain(parsed.type);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 10_000 },
    );
  },
);

it.each([
  { type: "call", id: -1, state: "A", event: "go", args: [] },
  { type: "call", id: 1.5, state: "A", event: "go", args: [] },
  { type: "call", id: 2 ** 60, state: "A", event: "go", args: [] },
  { type: "call", id: 1, state: "", event: "go", args: [] },
  { type: "call", id: 1, state: "__proto__", event: "go", args: [] },
  { type: "call", id: 1, state: "A", event: "x".repeat(300), args: [] },
  { type: "call", id: 1, state: "A", event: "go", args: Array.from({ length: 300 }, () => 1) },
  { type: "subscribe", states: Array.from({ length: 300 }, () => "A") },
  { type: "navigate", page: { path: "x".repeat(10_000), query: "" } },
  { type: "hello", protocol: 1, document: "", page: { path: "/", query: "" }, states: [] },
])("2.4.5 $type beyond a limit is refused: %j", (message) => {
  expect(() => parseClientMessage(JSON.stringify(message))).toThrow(ProtocolError);
});
