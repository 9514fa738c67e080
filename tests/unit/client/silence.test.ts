// @vitest-environment happy-dom
import { expect, test, vi } from "vitest";
import { ScriptedServer } from "./scripted-server.ts";

const HEARTBEAT_MS = 15_000;
const ANSWER_MS = 3_000;

function open(): ScriptedServer {
  const server = new ScriptedServer();
  server.welcome({ heartbeatMs: HEARTBEAT_MS });
  return server;
}

const pings = (server: ScriptedServer, socket = server.socket): number => socket.heard("ping").length;

/** The machine sleeps: time goes on, and timers run late. */
function sleep(server: ScriptedServer, ms: number): void {
  const before = server.clock.wallNow();
  vi.spyOn(server.clock, "wallNow").mockImplementation(() => before + ms + (server.clock.now() - start));
  const start = server.clock.now();
}

test("a server that says nothing for twice its heartbeat is asked, and left where it does not answer: the next attempt is at once", () => {
  using server = open();
  server.clock.advance(2 * HEARTBEAT_MS - 1);
  expect(pings(server)).toBe(0);
  server.clock.advance(1);
  expect(pings(server)).toBe(1);
  server.clock.advance(ANSWER_MS - 1);
  expect(server.sockets).toHaveLength(1);
  server.clock.advance(1);
  expect(server.sockets.map(({ closedWith }) => closedWith)).toEqual([1000, undefined]);
  expect(server.client.connection).toMatchObject({ status: "reconnecting", attempt: 0, nextRetryAt: undefined });
  // If that fails too, the usual pauses follow.
  server.socket.drop();
  expect(server.client.connection.nextRetryAt).toBe(server.clock.wallNow() + 500);
});

test("anything that the server says is a sign of life", () => {
  using server = open();
  for (let times = 0; times < 10; times += 1) {
    server.clock.advance(HEARTBEAT_MS);
    if (times % 2 === 0) server.socket.say({ type: "beat" });
    else server.update(times, {});
  }
  expect(pings(server)).toBe(0);
  server.clock.advance(2 * HEARTBEAT_MS);
  expect(pings(server)).toBe(1);
  server.socket.say({ type: "beat" });
  server.clock.advance(2 * HEARTBEAT_MS - 1);
  expect([pings(server), server.sockets.length]).toEqual([1, 1]);
});

test("what was on its way when the server was asked is no answer, and gives it more time", () => {
  using server = open();
  window.dispatchEvent(new Event("offline"));
  server.clock.advance(ANSWER_MS - 1);
  server.update(1, {});
  server.clock.advance(ANSWER_MS - 1);
  expect(server.sockets).toHaveLength(1);
  server.clock.advance(1);
  expect(server.sockets).toHaveLength(2);
});

test("a server without a heartbeat is never asked for its silence", () => {
  using server = new ScriptedServer();
  server.welcome({ heartbeatMs: 0 });
  server.clock.advance(10_000_000);
  expect(pings(server)).toBe(0);
});

const wakeUps: [string, () => void][] = [
  ["online", () => window.dispatchEvent(new Event("online"))],
  ["offline", () => window.dispatchEvent(new Event("offline"))],
  ["the tab is shown", () => document.dispatchEvent(new Event("visibilitychange"))],
  ["pageshow", () => window.dispatchEvent(new Event("pageshow"))],
];

test.each(wakeUps)("%s: the server is asked at once, and left without an answer", (_, wake) => {
  using server = open();
  server.clock.advance(1000);
  wake();
  expect(pings(server)).toBe(1);
  wake();
  expect(pings(server)).toBe(1);
  server.socket.say({ type: "beat" });
  server.clock.advance(ANSWER_MS);
  expect(server.sockets).toHaveLength(1);
  wake();
  expect(pings(server)).toBe(2);
  server.clock.advance(ANSWER_MS);
  expect(server.sockets).toHaveLength(2);
});

test.each(wakeUps)("%s, while the next attempt is planned", (name, wake) => {
  using server = open();
  server.socket.drop();
  wake();
  expect(server.sockets).toHaveLength(name === "offline" ? 1 : 2);
});

test("online: an attempt that may hang is begun anew, one that is fresh is not", () => {
  using server = new ScriptedServer();
  server.clock.advance(1000);
  window.dispatchEvent(new Event("online"));
  expect(server.sockets).toHaveLength(1);
  server.clock.advance(3000);
  window.dispatchEvent(new Event("online"));
  expect(server.sockets.map(({ closedWith }) => closedWith)).toEqual([1000, undefined]);
});

test("a page that is closed for good is not woken", () => {
  using server = open();
  server.client.close();
  for (const [, wake] of wakeUps) wake();
  expect(server.sockets).toHaveLength(1);
});

test("after a sleep only the answer to a question asked since then decides: late timer first", () => {
  using server = open();
  server.clock.advance(2 * HEARTBEAT_MS);
  expect(pings(server)).toBe(1);
  sleep(server, 3_600_000);
  // The timer for the answer runs now, before what the network may have brought.
  server.clock.advance(ANSWER_MS);
  expect([pings(server), server.sockets.length]).toEqual([2, 1]);
  server.socket.say({ type: "beat" });
  server.clock.advance(ANSWER_MS);
  expect(server.sockets).toHaveLength(1);
});

test("after a sleep only the answer to a question asked since then decides: the tab is shown first", () => {
  using server = open();
  server.clock.advance(2 * HEARTBEAT_MS);
  sleep(server, 3_600_000);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(pings(server)).toBe(2);
  server.clock.advance(ANSWER_MS - 1);
  expect(server.sockets).toHaveLength(1);
  server.clock.advance(1);
  expect(server.sockets).toHaveLength(2);
});

test("where timers are always late (a hidden tab) a dead connection is found all the same", () => {
  using server = open();
  server.clock.advance(2 * HEARTBEAT_MS);
  sleep(server, 60_000);
  server.clock.advance(ANSWER_MS);
  sleep(server, 60_000);
  server.clock.advance(ANSWER_MS);
  expect(server.sockets).toHaveLength(2);
});
