import { expect, it } from "vitest";
import { event, State, type Background } from "../../../src/index.ts";
import type { AppOptions, ExpiringSession } from "../../../src/server/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";

class WorkState extends State {
  counter = 0;
  _secret = "kept";
  reason = "";

  @event add() {
    this.counter += 1;
    return this.router.session.clientToken;
  }
  @event({ background: true }) async work(this: Background<WorkState>) {
    try {
      await this.task.sleep(1_000_000_000);
    } catch (error) {
      await this.lock((self) => void (self.reason = (error as { reason: string }).reason));
    }
  }
}

const GONE_MS = 3_000;
const TTL_MS = 600_000;

async function start(options: Partial<AppOptions> = {}) {
  const expired: { token: string; counter: number; secret: string; reason: string; identity: unknown }[] = [];
  const test = createTestApp({
    states: [WorkState],
    authorize: () => ({ name: "ada" }),
    onExpire: (session: ExpiringSession) => {
      const { counter, reason, _secret } = session.getState(WorkState) as never as WorkState;
      expired.push({ token: session.clientToken, counter, reason, secret: _secret, identity: session.identity });
    },
    ...options,
  });
  const page = test.connect();
  const state = page.state(WorkState);
  await test.settle();
  const token = await state.add();
  return { test, page, state, token, expired, [Symbol.asyncDispose]: () => test.close() };
}

it("2.4.4 a session expires a while after its page is gone; onExpire sees it a last time", async () => {
  await using run = await start();
  run.page.leave();
  await run.test.advance(GONE_MS + TTL_MS - 1);
  expect(run.expired).toEqual([]);
  await run.test.advance(1);
  expect(run.expired).toEqual([
    { token: run.token, counter: 1, reason: "", secret: "kept", identity: { name: "ada" } },
  ]);
  await expect(run.test.app.modifyState(run.token, WorkState, () => {})).rejects.toMatchObject({
    code: "UNKNOWN_SESSION",
  });
});

it("2.4.4 a page that comes back in time keeps its session, and starts the time anew", async () => {
  await using run = await start();
  run.page.leave();
  await run.test.advance(GONE_MS + TTL_MS - 1);
  const again = run.test.connect({ storage: run.page.storage });
  const state = again.state(WorkState);
  await run.test.settle();
  expect(state.counter).toBe(1);
  await run.test.advance(10 * TTL_MS);
  expect(run.expired).toEqual([]);
  again.leave();
  await run.test.advance(GONE_MS + TTL_MS);
  expect(run.expired).toHaveLength(1);
});

it("2.3.10 a running task keeps its session; it expires a while after the task has ended", async () => {
  await using run = await start();
  await run.state.work();
  run.page.leave();
  await run.test.advance(1_000_000_000 - 1);
  expect(run.expired).toEqual([]);
  await run.test.advance(1);
  expect(run.test.app.backgroundTasks.size).toBe(0);
  await run.test.advance(TTL_MS);
  expect(run.expired).toHaveLength(1);
});

it("2.4.4 maxUnattendedMs is the cap: the task is cancelled as expired, and may put its state right", async () => {
  await using run = await start({ maxUnattendedMs: 60_000 });
  await run.state.work();
  run.page.leave();
  await run.test.advance(GONE_MS + 60_000 - 1);
  expect(run.test.app.backgroundTasks.size).toBe(1);
  await run.test.advance(1);
  expect(run.test.app.backgroundTasks.size).toBe(0);
  await run.test.advance(TTL_MS);
  expect(run.expired).toMatchObject([{ reason: "expired" }]);
});

it("2.4.4 the cap holds for a task that begins after the page was gone, too", async () => {
  await using run = await start({ maxUnattendedMs: 60_000 });
  run.page.leave();
  await run.test.advance(GONE_MS);
  await run.test.app.modifyState(run.token, WorkState, (self) => void self.trigger(WorkState).work());
  await run.test.advance(60_000 - 1);
  expect(run.test.app.backgroundTasks.size).toBe(1);
  await run.test.advance(1);
  expect(run.test.app.backgroundTasks.size).toBe(0);
  await run.test.advance(TTL_MS);
  expect(run.expired).toMatchObject([{ reason: "expired" }]);
});

it("2.4.4 a page that comes back stops the cap's clock", async () => {
  await using run = await start({ maxUnattendedMs: 60_000 });
  await run.state.work();
  run.page.leave();
  await run.test.advance(GONE_MS + 50_000);
  run.test.connect({ storage: run.page.storage });
  await run.test.advance(500_000);
  expect(run.test.app.backgroundTasks.size).toBe(1);
});

it("2.4.4 an onExpire that throws or rejects is reported, and the session is gone all the same", async () => {
  for (const onExpire of [
    () => Promise.reject(new Error("late")),
    () => {
      throw new Error("at once");
    },
  ]) {
    await using run = await start({ onExpire });
    run.page.leave();
    await run.test.advance(GONE_MS + TTL_MS);
    expect(run.test.errors).toMatchObject([{ info: { kind: "session", name: "onExpire" } }]);
    await expect(run.test.app.modifyState(run.token, WorkState, () => {})).rejects.toMatchObject({
      code: "UNKNOWN_SESSION",
    });
  }
});

it("2.4.4 a session does not expire while code from outside holds its lock", async () => {
  await using run = await start();
  run.page.leave();
  let release!: () => void;
  const change = run.test.app.modifyState(run.token, WorkState, async (self) => {
    await new Promise<void>((resolve) => (release = resolve));
    self.counter = 7;
  });
  await run.test.advance(GONE_MS + 2 * TTL_MS);
  expect(run.expired).toEqual([]);
  release();
  await change;
  await run.test.advance(TTL_MS);
  expect(run.expired).toMatchObject([{ counter: 7 }]);
});
