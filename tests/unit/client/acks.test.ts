import { expect, test } from "vitest";
import { stateRef } from "../../../src/client/index.ts";
import { full, patch, ScriptedServer } from "./scripted-server.ts";

function open(): ScriptedServer {
  const server = new ScriptedServer();
  server.client.state(stateRef("S")).subscribe(() => {});
  server.welcome();
  return server;
}

const acks = (server: ScriptedServer): number[] => server.socket.heard("ack").map(({ updates }) => updates);

/** So many updates, from version `from` on. */
function send(server: ScriptedServer, count: number, from = 1): void {
  for (let version = from; version < from + count; version += 1) server.update(version, { S: full({ n: version }) });
}

test("after 16 updates the server is told at once", () => {
  using server = open();
  send(server, 15);
  expect(acks(server)).toEqual([]);
  send(server, 1, 16);
  expect(acks(server)).toEqual([16]);
  send(server, 16, 17);
  expect(acks(server)).toEqual([16, 32]);
  server.clock.advance(10_000);
  expect(acks(server)).toEqual([16, 32]);
});

test("else a second after the first update that is not acknowledged", () => {
  using server = open();
  send(server, 1);
  server.clock.advance(900);
  send(server, 2, 2);
  server.clock.advance(99);
  expect(acks(server)).toEqual([]);
  server.clock.advance(1);
  expect(acks(server)).toEqual([3]);
  server.clock.advance(5_000);
  expect(acks(server)).toEqual([3]);
  server.update(4, {}, []);
  server.clock.advance(1000);
  expect(acks(server)).toEqual([3, 4]);
});

test("each connection counts from 0, and nothing is said of one that is gone", () => {
  using server = open();
  send(server, 3);
  const first = server.socket;
  server.resume();
  server.update(4, { S: patch({ n: 4 }) });
  server.clock.advance(1000);
  expect(first.heard("ack")).toEqual([]);
  expect(acks(server)).toEqual([1]);
});

test("an update that can't be applied does not count", () => {
  using server = open();
  server.update(1, { S: patch({ n: 1 }) });
  server.clock.advance(400);
  expect(server.sockets).toHaveLength(1);
  expect(acks(server)).toEqual([]);
});

test("an update whose listener begins a new connection does not count on that one", () => {
  using server = open();
  let times = 0;
  server.client.state(stateRef("S")).subscribe(() => {
    times += 1;
    if (times === 1) server.client.reconnect();
  });
  send(server, 1);
  server.welcome({ resumed: true });
  server.clock.advance(2000);
  expect(acks(server)).toEqual([]);
});
