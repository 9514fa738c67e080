import { expect, test } from "vitest";
import { type SessionInfo, stateRef } from "../../../src/client/index.ts";
import { full, ScriptedServer } from "./scripted-server.ts";

test("reconnect() while connected closes the old socket and connects anew at once; open calls go on", async () => {
  using server = new ScriptedServer();
  const replica = server.client.state(stateRef("S"));
  replica.subscribe(() => {});
  const first = server.welcome();
  server.update(2, { S: full({ n: 2 }) });
  const call = replica.call("add", []);
  server.client.reconnect();
  expect(first.closedWith).toBe(1000);
  expect(server.client.connection).toMatchObject({ status: "reconnecting", attempt: 0, nextRetryAt: undefined });
  // What the old one still says is not heard.
  first.say({ type: "update", version: 9, results: [{ id: 1, ok: true, value: "late" }] });
  first.drop(4002);
  const second = server.welcome({ resumed: true, received: 0 });
  expect(second.hello).toMatchObject({ token: "token-1", held: ["S"], version: 2 });
  expect(second.callIds).toEqual([1]);
  server.update(3, {}, [{ id: 1, ok: true, value: "done" }]);
  expect(await call).toBe("done");
  expect(server.sockets).toHaveLength(2);
});

test("reconnect() during an attempt begins it anew: it may have carried the old cookie", () => {
  using server = new ScriptedServer();
  server.client.reconnect();
  expect(server.sockets.map(({ closedWith }) => closedWith)).toEqual([1000, undefined]);
});

test("reconnect() while an attempt is planned connects at once, and once", () => {
  using server = new ScriptedServer();
  server.socket.drop();
  server.client.reconnect();
  server.clock.advance(10_000);
  expect(server.sockets).toHaveLength(2);
});

test("reconnect() after close() begins anew", () => {
  using server = new ScriptedServer();
  server.welcome();
  server.client.close();
  server.client.reconnect();
  expect(server.client.connection.status).toBe("connecting");
  server.socket.drop();
  expect(server.client.connection.status).toBe("connecting");
  server.client.reconnect();
  expect(server.welcome({ resumed: true }).hello.token).toBe("token-1");
});

test("status and listeners say how the page came to its session", () => {
  using server = new ScriptedServer();
  const told: SessionInfo[] = [];
  server.client.onSession((session) => {
    told.push(session);
    expect(server.client.connection).toMatchObject({ status: "connected", session: session.kind });
  });
  expect(server.client.connection.session).toBeUndefined();
  server.welcome();
  server.resume();
  server.socket.drop();
  expect(server.client.connection).toMatchObject({ status: "reconnecting", session: "resumed" });
  server.client.reconnect();
  server.welcome({ token: "token-2", fresh: "unknown" });
  server.resume({ resumed: false, fresh: "identity", token: "token-3" });
  server.resume({ resumed: false, fresh: "held", token: "token-4" });
  expect(told.map(({ kind }) => kind)).toEqual(["new", "resumed", "lost", "changed", "copied"]);
  expect(told.map(({ sessionId }) => sessionId)).toEqual([1, 2, 3, 4, 5].map((n) => `connection-${n}`));
});
