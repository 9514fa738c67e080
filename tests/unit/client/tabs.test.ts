import { expect, it } from "vitest";
import { event, State } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";

class TabState extends State {
  n = 0;
  @event add() {
    this.n += 1;
  }
}

async function open() {
  const test = createTestApp({ states: [TabState] });
  const page = test.connect();
  const state = page.state(TabState);
  await test.settle();
  await state.add();
  return { test, page, state, [Symbol.asyncDispose]: () => test.close() };
}

/** The token that a page's server has given it. */
const tokenOf = (frames: readonly { text: string }[]): string =>
  (JSON.parse(frames.find(({ text }) => text.includes('"welcome"'))!.text) as { token: string }).token;

it("2.4.1 a reload takes the tab's token with it and has its session", async () => {
  await using run = await open();
  run.page.leave();
  const reloaded = run.test.connect({ storage: run.page.storage });
  const state = reloaded.state(TabState);
  await run.test.settle();
  expect(state.n).toBe(1);
  expect(tokenOf(reloaded.frames)).toBe(tokenOf(run.page.frames));
});

it("2.4.1 a duplicated tab finds that its token is held, and starts without it; the first one goes on", async () => {
  await using run = await open();
  const copy = run.test.connect({ storage: run.page.storage.copy() });
  const state = copy.state(TabState);
  // The answer of the other document comes over a BroadcastChannel of the system.
  while (copy.frames.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await run.test.settle();
  expect(state.n).toBe(0);
  expect(copy.frames[0]!.text).not.toContain("token");
  expect(tokenOf(copy.frames)).not.toBe(tokenOf(run.page.frames));
  expect(copy.client.connection.session).toBe("copied");
  await run.state.add();
  expect(run.state.n).toBe(2);
});

it("a client that lost its connection tries again, later each time, and gets everything anew", async () => {
  await using run = await open();
  const statuses: string[] = [];
  run.page.client.onConnection(() => statuses.push(run.page.client.connection.status));
  run.page.disconnect();
  await run.test.advance(60_000);
  expect(run.page.client.connection).toMatchObject({ status: "reconnecting" });
  expect(run.page.client.connection.attempt).toBeGreaterThan(3);
  expect(run.state.n).toBe(1);
  run.page.reconnect();
  await run.test.settle();
  expect(run.page.client.connection).toMatchObject({ status: "connected", attempt: 0 });
  await run.state.add();
  expect(run.state.n).toBe(2);
  expect(new Set(statuses)).toEqual(new Set(["reconnecting", "connected"]));
});

it("a session that the server has lost is replaced by a fresh one, and the app is told", async () => {
  await using run = await open();
  const told: string[] = [];
  run.page.client.onSession(({ kind }) => told.push(kind));
  run.page.disconnect();
  await run.test.advance(30_000 + 600_000);
  run.page.reconnect();
  await run.test.settle();
  expect(told).toEqual(["lost"]);
  expect(run.state.n).toBe(0);
});

it("2.5.3 a full snapshot that says the same keeps the identity of every part", async () => {
  class ListState extends State {
    rows = [{ id: 1 }, { id: 2 }];
    @event touch() {
      this.rows[1]!.id = 3;
    }
  }
  await using test = createTestApp({ states: [ListState] });
  const page = test.connect();
  const state = page.state(ListState);
  await test.settle();
  const { rows } = state;
  page.disconnect();
  page.reconnect();
  await test.settle();
  expect(state.rows).toBe(rows);
  await state.touch();
  expect(state.rows).not.toBe(rows);
  expect(state.rows[0]).toBe(rows[0]);
});
