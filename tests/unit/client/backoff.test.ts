import { expect, test } from "vitest";
import { backoffMs } from "../../../src/client/backoff.ts";
import { ScriptedServer } from "./scripted-server.ts";

test("the pause is a random part of a ceiling that doubles up to the highest", () => {
  for (const [failures, ceiling] of [
    [1, 500],
    [2, 1000],
    [5, 8000],
    [6, 15_000],
    [1000, 15_000],
  ] as const) {
    expect(backoffMs(failures, { random: () => 0 })).toBe(0);
    expect(backoffMs(failures, { random: () => 0.5 })).toBe(ceiling / 2);
    expect(backoffMs(failures, { random: () => 1 })).toBe(ceiling);
    const drawn = Array.from({ length: 100 }, () => backoffMs(failures, {}));
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(ceiling);
  }
});

/** Loses each attempt; gives the pauses between them. */
function pauses(server: ScriptedServer, count: number): number[] {
  return Array.from({ length: count }, () => {
    server.socket.drop();
    const before = server.clock.wallNow();
    const pause = (server.client.connection.nextRetryAt ?? Number.NaN) - before;
    server.clock.advance(pause);
    return pause;
  });
}

test("attempts that fail are further and further apart, and the status says how many failed and when the next one is", () => {
  using server = new ScriptedServer();
  expect(server.client.connection).toMatchObject({ status: "connecting", attempt: 0, nextRetryAt: undefined });
  expect(pauses(server, 7)).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  expect(server.client.connection).toMatchObject({ status: "connecting", attempt: 7, nextRetryAt: undefined });
  expect(server.sockets).toHaveLength(8);
});

test("a connection that has lived for a while resets the pauses, one that was lost at once does not", () => {
  using server = new ScriptedServer();
  pauses(server, 3);
  server.welcome();
  expect(server.client.connection).toMatchObject({ status: "connected", attempt: 0 });
  server.clock.advance(4_999);
  expect(pauses(server, 1)).toEqual([4000]);
  expect(server.client.connection.status).toBe("reconnecting");
  server.welcome({ resumed: true });
  server.clock.advance(5_000);
  expect(pauses(server, 2)).toEqual([500, 1000]);
});

test("a server that does not answer hello is given up after a while", () => {
  using server = new ScriptedServer();
  server.socket.open();
  server.clock.advance(20_000);
  expect(server.sockets[0]!.closedWith).toBe(1000);
  expect(server.client.connection.attempt).toBe(1);
});

test("a connection that the server closed as stuck is resumed after the first pause", () => {
  using server = new ScriptedServer();
  server.welcome();
  server.clock.advance(10_000);
  server.socket.drop(4003);
  expect(server.client.connection.status).toBe("reconnecting");
  server.clock.advance(500);
  expect(server.sockets).toHaveLength(2);
  server.welcome({ resumed: true });
  expect(server.sockets[1]!.hello.token).toBe("token-1");
});

test("what a listener does to the connection it is told of leaves one socket, or none", () => {
  using server = new ScriptedServer();
  const stop = server.client.onConnection(() => {
    if (server.client.connection.status === "reconnecting" && server.sockets.length < 3) server.client.reconnect();
  });
  server.welcome();
  server.socket.drop();
  stop();
  expect(server.sockets.map(({ closedWith }) => closedWith)).toEqual([1000, 1000, undefined]);
  server.client.onConnection(() => server.client.close());
  server.client.reconnect();
  expect(server.sockets.every(({ closedWith }) => closedWith === 1000)).toBe(true);
  expect(server.clock.pendingTimers).toBe(0);
});
