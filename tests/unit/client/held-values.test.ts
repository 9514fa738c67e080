import { expect, test } from "vitest";
import { type StateReplica, stateRef } from "../../../src/client/index.ts";
import { full, patch, ScriptedServer } from "./scripted-server.ts";

const LINGER_MS = 1000;

function open() {
  const server = new ScriptedServer();
  const a = server.client.state(stateRef("A"));
  const b = server.client.state(stateRef("B"));
  const release = { a: a.subscribe(() => {}), b: b.subscribe(() => {}) };
  server.welcome();
  server.update(4, { A: full({ n: 1 }), B: full({ n: 1 }) });
  return { server, a, b, release, [Symbol.dispose]: () => server.client.close() };
}

/** Lets go of a state, and lets the server hear of it. */
async function drop(server: ScriptedServer, release: () => void): Promise<void> {
  release();
  server.clock.advance(LINGER_MS);
  await Promise.resolve();
}

test("the first hello holds nothing", () => {
  using server = new ScriptedServer();
  server.client.state(stateRef("A")).subscribe(() => {});
  server.socket.open();
  expect(server.socket.hello).toMatchObject({ states: ["A"], held: [], version: 0 });
});

test("after a loss values are offered as of the last update, also of states that it did not change", () => {
  using run = open();
  run.server.update(9, { A: patch({ n: 2 }) });
  run.server.update(10, {}, []);
  const socket = run.server.resume();
  expect(socket.hello).toMatchObject({ held: ["A", "B"], version: 10 });
  run.server.update(12, { A: patch({ n: 3 }), B: patch({}) });
  expect([run.a.values, run.b.values]).toEqual([{ n: 3 }, { n: 1 }]);
  expect(run.server.resume().hello).toMatchObject({ held: ["A", "B"], version: 12 });
});

test("offered values stay on offer over attempts that fail", () => {
  using run = open();
  run.server.resume();
  expect(run.server.resume().hello).toMatchObject({ held: ["A", "B"], version: 4 });
});

test("a server that does not know the version answers with all values", () => {
  using run = open();
  const { values } = run.a;
  run.server.resume();
  run.server.update(20, { A: full({ n: 1 }), B: full({ n: 7 }) });
  expect(run.a.values).toBe(values);
  expect(run.b.values).toEqual({ n: 7 });
});

test("what nobody has subscribed to any more is not offered; a late patch of it does no harm", async () => {
  using run = open();
  await drop(run.server, run.release.a);
  expect(run.server.socket.heard("unsubscribe")).toMatchObject([{ states: ["A"] }]);
  run.server.update(5, { A: patch({ n: 2 }), B: patch({ n: 2 }) });
  run.a.subscribe(() => {});
  await Promise.resolve();
  run.server.update(6, { A: patch({ n: 3 }) });
  expect(run.server.errors).toEqual([]);
  expect(run.server.resume().hello).toMatchObject({ states: ["B", "A"], held: ["B"], version: 6 });
  // Not offered: only full values will do.
  run.server.update(7, { A: patch({ n: 4 }) });
  expect(run.server.errors).toMatchObject([{ code: "BAD_MESSAGE" }]);
  expect(run.a.values).toEqual({ n: 3 });
});

test("values of a subscription that has ended are not offered, though a new one has begun before they came", async () => {
  using server = new ScriptedServer();
  server.welcome();
  const b = server.client.state(stateRef("B"));
  const release = b.subscribe(() => {});
  await Promise.resolve();
  await drop(server, release);
  b.subscribe(() => {});
  await Promise.resolve();
  expect(server.socket.said.map(({ type }) => type)).toEqual(["hello", "subscribe", "unsubscribe", "subscribe"]);
  server.update(3, { B: full({ n: 3 }) });
  server.update(5, {});
  expect(server.resume().hello).toMatchObject({ states: ["B"], held: [], version: 0 });
  server.update(5, { B: full({ n: 5 }) });
  expect(server.resume().hello).toMatchObject({ held: ["B"], version: 5 });
});

test("what was let go without a connection is not offered, what was taken again is", async () => {
  using run = open();
  run.server.socket.drop();
  await drop(run.server, run.release.a);
  await drop(run.server, run.release.b);
  run.b.subscribe(() => {});
  run.server.client.reconnect();
  run.server.socket.open();
  expect(run.server.socket.hello).toMatchObject({ states: ["B"], held: ["B"], version: 4 });
});

test.each([
  ["a patch that does not fit", (server: ScriptedServer) => server.update(5, { A: { patch: { n: [2, 9, []] } } })],
  ["a frame that is no message", (server: ScriptedServer) => server.socket.sayText("{}")],
])("%s loses the connection, and nothing is offered to the next", (_, say) => {
  using run = open();
  const before = run.a.values;
  say(run.server);
  expect(run.server.errors).toMatchObject([{ code: "BAD_MESSAGE" }]);
  expect(run.a.values).toBe(before);
  expect(run.server.client.connection.status).toBe("reconnecting");
  run.server.clock.advance(500);
  expect(run.server.welcome({ resumed: true }).hello).toMatchObject({ held: [], version: 0 });
  run.server.update(6, { A: full({ n: 5 }), B: full({ n: 5 }) });
  expect(run.server.resume().hello).toMatchObject({ held: ["A", "B"], version: 6 });
});

test("an update is applied as a whole or not at all", () => {
  using run = open();
  run.server.update(5, { A: patch({ n: 2 }), B: { patch: { n: [99, 0] } } });
  expect([run.a.values, run.b.values]).toEqual([{ n: 1 }, { n: 1 }]);
});

test.each([
  ["lost", "unknown"],
  ["changed", "identity"],
  ["copied", "held"],
] as const)(
  "another session (%s): what is used stays until its first update, what is not is gone at once",
  async (kind, fresh) => {
    using run = open();
    const kinds: string[] = [];
    run.server.client.onSession((session) => kinds.push(session.kind));
    await drop(run.server, run.release.a);
    expect(run.a.values).toEqual({ n: 1 });
    run.server.resume({ resumed: false, fresh, token: "token-2" });
    expect(kinds).toEqual([kind]);
    expect(run.server.client.connection.session).toBe(kind);
    expect([run.a.values, run.b.values]).toEqual([undefined, { n: 1 }]);
    // Before that first update nothing is offered, neither to this session nor to the one before.
    expect(run.server.resume({ token: "token-2" }).hello).toMatchObject({ token: "token-2", held: [], version: 0 });
    run.server.update(1, { B: full({ n: 0 }) });
    expect(run.b.values).toEqual({ n: 0 });
    expect(run.server.resume({ token: "token-2" }).hello).toMatchObject({ held: ["B"], version: 1 });
  },
);

test("a state whose values were dropped is loaded anew", async () => {
  using run = open();
  await run.a.loaded();
  await drop(run.server, run.release.a);
  run.server.resume({ resumed: false, fresh: "unknown", token: "token-2" });
  const loaded = states(run.a);
  await Promise.resolve();
  expect(loaded.isLoaded).toBe(false);
  run.server.update(1, { A: full({ n: 0 }) });
  await loaded.promise;
  expect(run.a.values).toEqual({ n: 0 });
});

function states(replica: StateReplica): { isLoaded: boolean; promise: Promise<void> } {
  const state = { isLoaded: false, promise: Promise.resolve() };
  state.promise = replica.loaded().then(() => void (state.isLoaded = true));
  return state;
}

test("a patch in the place of a fresh session's first values is an error", () => {
  using run = open();
  run.server.resume({ resumed: false, fresh: "unknown", token: "token-2" });
  run.server.update(5, { A: patch({ n: 2 }) });
  expect(run.server.errors).toMatchObject([{ code: "BAD_MESSAGE" }]);
  expect(run.a.values).toEqual({ n: 1 });
});
