// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { stateRef } from "../../../src/client/index.ts";
import { MemoryStorage } from "../../../src/testing/test-page.ts";
import { full, patch, ScriptedServer } from "./scripted-server.ts";

const State = stateRef("S");

function open(storage = new MemoryStorage(), options = {}) {
  const server = new ScriptedServer({ storage, ...options });
  const replica = server.client.state(State);
  replica.subscribe(() => {});
  return { server, replica, storage, [Symbol.dispose]: () => server.client.close() };
}

function hide(): void {
  window.dispatchEvent(new Event("pagehide"));
}

function restore(): void {
  window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
}

/** The items of a storage by the last part of their key. */
function items(storage: MemoryStorage): Record<string, string | null> {
  const prefix = "meanwhile:ws://localhost:1/_meanwhile:";
  return Object.fromEntries(["token", "held", "values2"].map((name) => [name, storage.getItem(prefix + name)]));
}

test("a page that goes leaves its token and its values to the tab's next document, which shows them first", () => {
  using run = open();
  run.server.welcome();
  run.server.update(3, { S: full({ n: 3 }) });
  hide();
  expect(run.server.socket.closedWith).toBe(4001);
  expect(items(run.storage)).toMatchObject({ token: "token-1", held: null });
  run.server.client.close();
  using next = open(run.storage);
  expect(next.replica.values).toEqual({ n: 3 });
  expect(items(run.storage).values2).toBeNull();
  next.server.socket.open();
  expect(next.server.socket.hello).toMatchObject({ token: "token-1", held: [], version: 0 });
  expect(next.server.welcome({ resumed: true }).callIds).toEqual([]);
  expect(next.server.client.connection.session).toBe("resumed");
});

test("remember: false keeps nothing, shows nothing, and leaves nothing of another document behind", () => {
  using run = open();
  run.server.welcome();
  run.server.update(3, { S: full({ n: 3 }) });
  hide();
  run.server.client.close();
  using next = open(run.storage, { remember: false });
  expect(next.replica.values).toBeUndefined();
  next.server.welcome({ resumed: true });
  next.server.update(4, { S: full({ n: 4 }) });
  hide();
  expect(items(run.storage)).toMatchObject({ token: "token-1", values2: null });
});

test("another session after a reload: remembered values stay where they are seen until its first update, and are never remembered again", async () => {
  using run = open();
  const other = run.server.client.state(stateRef("Other"));
  other.subscribe(() => {});
  run.server.welcome();
  run.server.update(3, { S: full({ n: 3 }), Other: full({ secret: 1 }) });
  hide();
  run.server.client.close();
  using next = open(run.storage);
  const unseen = next.server.client.state(stateRef("Other"));
  expect(unseen.values).toEqual({ secret: 1 });
  const call = next.replica.call("add", []);
  next.server.welcome({ token: "token-2", fresh: "identity" });
  expect(next.server.client.connection.session).toBe("changed");
  expect([next.replica.values, unseen.values]).toEqual([{ n: 3 }, undefined]);
  // The page goes before that update.
  hide();
  expect(items(run.storage)).toMatchObject({ token: "token-2", values2: null });
  await expect(call).rejects.toMatchObject({ code: "SESSION_LOST" });
});

test("a page that authorize refuses leaves no values: whoever sees the tab next is somebody else", () => {
  using run = open();
  run.server.welcome();
  run.server.update(3, { S: full({ n: 3 }) });
  run.server.client.reconnect();
  run.server.socket.open();
  run.server.socket.say({ type: "refused", code: "UNAUTHORIZED", message: "Log in first.", retry: false });
  hide();
  expect(items(run.storage)).toMatchObject({ token: "token-1", values2: null });
});

test("a client that was closed before its page goes leaves no values", () => {
  using run = open();
  run.server.welcome();
  run.server.update(3, { S: full({ n: 3 }) });
  run.server.client.close();
  hide();
  expect(items(run.storage)).toMatchObject({ token: "token-1", values2: null });
});

test("values that no replica has taken are dropped with their session", () => {
  using run = open();
  run.server.welcome();
  run.server.update(3, { S: full({ n: 3 }) });
  hide();
  run.server.client.close();
  using next = new ScriptedServer({ storage: run.storage });
  next.welcome({ token: "token-2", fresh: "unknown" });
  expect(next.client.state(State).values).toBeUndefined();
  next.client.close();
});

test("back from the back/forward cache: the same document resumes, offers what it holds, and its calls go on", async () => {
  using run = open();
  run.server.welcome();
  run.server.update(3, { S: full({ n: 3 }) });
  const call = run.replica.call("add", []);
  hide();
  expect(run.server.client.connection.status).toBe("closed");
  restore();
  expect(run.server.sockets).toHaveLength(2);
  const [first, second] = run.server.sockets;
  expect(run.server.welcome({ resumed: true, received: 0 }).callIds).toEqual([1]);
  expect(second!.hello).toMatchObject({ document: first!.hello.document, token: "token-1", held: ["S"], version: 3 });
  run.server.update(4, { S: patch({ n: 4 }) }, [{ id: 1, ok: true, value: 4 }]);
  expect(await call).toBe(4);
  expect(run.replica.values).toEqual({ n: 4 });
});

test("back from the back/forward cache without storage: the document still knows its session", () => {
  using server = new ScriptedServer();
  server.welcome();
  hide();
  restore();
  server.socket.open();
  expect(server.socket.hello.token).toBe("token-1");
});

test("back from the back/forward cache when the tab has another session since: nothing is offered, and nothing is kept", async () => {
  using run = open();
  run.server.welcome();
  run.server.update(3, { S: full({ n: 3 }) });
  const call = run.replica.call("add", []);
  hide();
  run.storage.setItem("meanwhile:ws://localhost:1/_meanwhile:token", "token-2");
  restore();
  run.server.socket.open();
  expect(run.server.socket.hello).toMatchObject({ token: "token-2", held: [], version: 0 });
  expect(run.server.welcome({ token: "token-2", resumed: true, received: 0 }).callIds).toEqual([]);
  expect(run.server.client.connection.session).toBe("lost");
  await expect(call).rejects.toMatchObject({
    code: "SESSION_LOST",
    message: expect.stringContaining("may have run"),
  });
});

test("the session was taken over: the server says whether by another page or by a late attempt of this one", () => {
  for (const [answer, session] of [
    [{ token: "token-2", fresh: "held" }, "copied"],
    [{ resumed: true, received: 0 }, "resumed"],
  ] as const) {
    using run = open();
    run.server.welcome();
    run.server.socket.drop(4002);
    run.server.clock.advance(500);
    expect(run.server.welcome(answer).hello.token).toBe("token-1");
    expect(run.server.client.connection.session).toBe(session);
  }
});

test("the tab is woken while it is not known yet whether it is a copy: nothing is asked for before", () => {
  const storage = new MemoryStorage();
  storage.setItem("meanwhile:ws://localhost:1/_meanwhile:token", "token-1");
  storage.setItem("meanwhile:ws://localhost:1/_meanwhile:held", "somebody");
  using run = open(storage);
  window.dispatchEvent(new Event("online"));
  run.server.client.reconnect();
  expect(run.server.sockets).toHaveLength(0);
  run.server.clock.advance(150);
  expect(run.server.sockets).toHaveLength(1);
});
