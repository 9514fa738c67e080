import { expect, test } from "vitest";
import { LimitError, stateRef } from "../../../src/client/index.ts";
import { ScriptedServer } from "./scripted-server.ts";

const State = stateRef<object>("S");

/** Calls `S.add(argument)`; what has become of the promise can be read at any time. */
function call(server: ScriptedServer, argument: unknown = 1) {
  const outcome: { value?: unknown; error?: { code: string; message: string } } = {};
  const settled = server.client
    .state(State)
    .call("add", [argument])
    .then(
      (value) => void (outcome.value = value),
      (error: { code: string; message: string }) => void (outcome.error = error),
    );
  return { outcome, settled };
}

test("sent calls that the server has not received go again, in order and as they were, before what was made since", async () => {
  using server = new ScriptedServer();
  const first = server.welcome();
  const argument = { n: 1 };
  const calls = [call(server, argument), call(server, 2), call(server, 3)];
  argument.n = 100;
  first.drop();
  calls.push(call(server, 4));
  server.client.reconnect();
  const second = server.welcome({ resumed: true, received: 1 });
  expect(second.callIds).toEqual([2, 3, 4]);
  expect(second.heard("call")).toMatchObject([{ args: [2] }, { args: [3] }, { args: [4] }]);
  expect(first.heard("call")[0]!.args).toEqual([{ n: 1 }]);
  server.update(
    1,
    {},
    [1, 2, 3, 4].map((id) => ({ id, ok: true, value: id * 10 })),
  );
  await Promise.all(calls.map(({ settled }) => settled));
  expect(calls.map(({ outcome }) => outcome.value)).toEqual([10, 20, 30, 40]);
});

test("a call is sent again after each loss until the server has received it", () => {
  using server = new ScriptedServer();
  server.welcome();
  void call(server);
  for (let times = 0; times < 3; times += 1) expect(server.resume({ received: 0 }).callIds).toEqual([1]);
  expect(server.resume({ received: 1 }).callIds).toEqual([]);
  expect(server.resume({ received: 1 }).callIds).toEqual([]);
});

test("a loss before the welcome changes nothing for what was sent before it", () => {
  using server = new ScriptedServer();
  server.welcome();
  void call(server);
  server.socket.drop();
  server.client.reconnect();
  server.socket.open();
  server.socket.drop();
  server.client.reconnect();
  expect(server.welcome({ resumed: true, received: 0 }).callIds).toEqual([1]);
});

test("where the server does not know what it has received, sent calls reject and waiting ones are sent", async () => {
  using server = new ScriptedServer();
  server.welcome();
  const sent = call(server);
  server.socket.drop();
  void call(server);
  server.client.reconnect();
  expect(server.welcome({ resumed: true }).callIds).toEqual([2]);
  await sent.settled;
  expect(sent.outcome.error).toMatchObject({
    code: "CONNECTION_LOST",
    message: expect.stringContaining("may have run"),
  });
});

test("with another session all calls reject: sent ones may have run, waiting ones have not", async () => {
  using server = new ScriptedServer();
  server.welcome();
  const sent = call(server);
  server.socket.drop();
  const waiting = call(server);
  server.client.reconnect();
  expect(server.welcome({ token: "token-2", fresh: "unknown", received: 0 }).callIds).toEqual([]);
  await Promise.all([sent.settled, waiting.settled]);
  expect(sent.outcome.error).toMatchObject({ code: "SESSION_LOST", message: expect.stringContaining("may have run") });
  expect(waiting.outcome.error).toMatchObject({
    code: "SESSION_LOST",
    message: expect.stringContaining("has not run"),
  });
  void call(server);
  expect(server.socket.callIds).toEqual([3]);
});

test("calls made before the page's first session are sent to it", () => {
  using server = new ScriptedServer();
  void call(server);
  void call(server);
  server.socket.drop();
  server.client.reconnect();
  expect(server.welcome().callIds).toEqual([1, 2]);
});

test("results of calls that nobody waits for are ignored; one that can't be read rejects its call", async () => {
  using server = new ScriptedServer();
  server.welcome();
  const unreadable = call(server);
  server.update(1, {}, [
    { id: 7, ok: true, value: 1 },
    { id: 1, ok: true, value: { $: 1 } as never },
  ]);
  await unreadable.settled;
  expect(unreadable.outcome.error ?? unreadable.outcome.value).toBeDefined();
  expect(server.client.connection.status).toBe("connected");
  expect(server.errors).toEqual([]);
});

test("further calls than may be open reject at once, sent or not", async () => {
  using server = new ScriptedServer({ maxOpenCalls: 2 });
  void call(server);
  server.welcome();
  void call(server);
  const third = call(server);
  await third.settled;
  expect(third.outcome.error).toBeInstanceOf(LimitError);
  expect(third.outcome.error).toMatchObject({ code: "OUTBOX_FULL" });
  server.update(1, {}, [{ id: 1, ok: true, value: 0 }]);
  void call(server);
  expect(server.socket.callIds).toEqual([1, 2, 3]);
});

test("a call that is longer in UTF-8 than the server takes rejects, and others go", async () => {
  using server = new ScriptedServer();
  const long = call(server, "é".repeat(100));
  const short = call(server, "e".repeat(100));
  server.welcome({ maxMessageBytes: 200 });
  await long.settled;
  expect(long.outcome.error).toBeInstanceOf(LimitError);
  expect(long.outcome.error).toMatchObject({ code: "MESSAGE_TOO_LARGE", message: expect.stringContaining("S.add") });
  expect(server.socket.callIds).toEqual([2]);
  expect(short.outcome).toEqual({});
});

test("after too long without a connection open calls reject, saying of each whether it may have run; none is sent again", async () => {
  using server = new ScriptedServer({ maxOfflineMs: 60_000 });
  server.welcome();
  const sent = call(server);
  server.socket.drop();
  const waiting = call(server);
  server.clock.advance(59_999);
  await Promise.resolve();
  expect([sent.outcome, waiting.outcome]).toEqual([{}, {}]);
  server.clock.advance(1);
  await Promise.all([sent.settled, waiting.settled]);
  expect(sent.outcome.error).toMatchObject({
    code: "CONNECTION_LOST",
    message: expect.stringContaining("may have run"),
  });
  expect(waiting.outcome.error).toMatchObject({
    code: "CONNECTION_LOST",
    message: expect.stringContaining("has not run"),
  });
  // One that is made later is given up too.
  const later = call(server);
  server.clock.advance(60_000);
  await later.settled;
  expect(later.outcome.error).toMatchObject({ code: "CONNECTION_LOST" });
  void call(server);
  server.client.reconnect();
  expect(server.welcome({ resumed: true, received: 0 }).callIds).toEqual([4]);
});

test("the time without a connection begins anew with each loss, and with the first attempt", async () => {
  using server = new ScriptedServer({ maxOfflineMs: 60_000 });
  const first = call(server);
  server.clock.advance(50_000);
  server.welcome();
  server.clock.advance(1000);
  server.resume({ received: 1 });
  server.socket.drop();
  server.clock.advance(59_999);
  await Promise.resolve();
  expect(first.outcome).toEqual({});
  using never = new ScriptedServer({ maxOfflineMs: 60_000 });
  const unsent = call(never);
  never.clock.advance(60_000);
  await unsent.settled;
  expect(unsent.outcome.error).toMatchObject({ message: expect.stringContaining("has not run") });
});

test("close() rejects all open calls, and leaves no timer", async () => {
  const server = new ScriptedServer();
  server.welcome();
  const sent = call(server);
  server.socket.drop();
  const waiting = call(server);
  server.client.close();
  await Promise.all([sent.settled, waiting.settled]);
  expect([sent, waiting].map(({ outcome }) => outcome.error)).toMatchObject([
    { code: "CONNECTION_LOST", message: expect.stringContaining("may have run") },
    { code: "CONNECTION_LOST", message: expect.stringContaining("has not run") },
  ]);
  expect(server.clock.pendingTimers).toBe(0);
});
