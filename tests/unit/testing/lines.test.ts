import { expect, it } from "vitest";
import { event, State } from "../../../src/index.ts";
import { createTestApp, type TestAppOptions } from "../../../src/testing/index.ts";

class LineState extends State {
  n = 0;
  @event add() {
    this.n += 1;
    return this.n;
  }
}

async function open(options: Partial<TestAppOptions> = {}) {
  const test = createTestApp({ states: [LineState], ...options });
  const page = test.connect();
  const state = page.state(LineState);
  await test.settle();
  return { test, page, state, [Symbol.asyncDispose]: () => test.close() };
}

it("stall keeps what is sent on its way; step lets one message arrive, flow all", async () => {
  await using run = await open();
  run.page.stall("sent");
  const calls = [run.state.add(), run.state.add(), run.state.add()];
  await run.test.settle();
  expect(run.state.n).toBe(0);
  run.page.step("sent");
  await run.test.settle();
  expect(run.state.n).toBe(1);
  run.page.step("received"); // that direction is not stalled
  run.page.flow();
  expect(await Promise.all(calls)).toEqual([1, 2, 3]);
});

it("stall keeps what is received on its way", async () => {
  await using run = await open();
  run.page.stall("received");
  const call = run.state.add();
  await run.test.settle();
  expect(run.state.n).toBe(0);
  const received = run.page.frames.filter(({ text }) => text.includes('"results"'));
  expect(received).toHaveLength(1);
  run.page.flow();
  expect(await call).toBe(1);
});

it("no connection begins and none ends on a line that is stalled", async () => {
  await using run = await open();
  run.page.stall();
  run.page.client.reconnect();
  await run.test.settle();
  expect(run.page.client.connection.status).toBe("reconnecting");
  run.page.flow();
  await run.test.settle();
  expect(run.page.client.connection).toMatchObject({ status: "connected", session: "resumed" });
});

it("cut loses what is on its way, tells both sides, and lets the page connect again", async () => {
  await using run = await open();
  run.page.stall();
  const call = run.state.add();
  run.page.cut();
  await run.test.settle();
  expect(run.page.client.connection.status).toBe("reconnecting");
  run.page.flow();
  await run.test.advance(1_000);
  expect(await call).toBe(1);
});

it("vanish tells nobody: the server cuts and the page gives up when they have heard nothing for long enough", async () => {
  await using run = await open({ heartbeatMs: 10_000, lostGraceMs: 0 });
  run.page.vanish();
  const call = run.state.add();
  await run.test.advance(19_000);
  expect(run.page.client.connection.status).toBe("connected");
  await run.test.advance(12_000);
  expect(await call).toBe(1);
  expect(run.page.client.connection.session).toBe("resumed");
});

it("restart: the app that follows knows nothing of the one before", async () => {
  await using run = await open();
  const before = run.test.app;
  await run.state.add();
  await run.test.restart();
  expect(run.test.app).not.toBe(before);
  await run.test.advance(1_000);
  expect([run.page.client.connection.session, run.state.n]).toEqual(["lost", 0]);
  expect(await run.state.add()).toBe(1);
});
