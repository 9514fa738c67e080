import { expect, it } from "vitest";
import {
  event,
  isCancelled,
  LockTimeoutError,
  State,
  TaskCancelledError,
  type Background,
} from "../../../src/index.ts";
import { createTestApp, type TestApp } from "../../../src/testing/index.ts";

let bodies: ((task: Background<LifeState>, name: string) => Promise<unknown>)[] = [];

class LifeState extends State {
  counter = 0;
  log: string[] = [];

  @event({ background: true }) async run(this: Background<LifeState>, name: string) {
    await bodies.at(-1)!(this, name);
  }
  @event({ background: true, onDisconnect: "cancel" }) async tied(this: Background<LifeState>, name: string) {
    await bodies.at(-1)!(this, name);
  }
  @event add(n: number) {
    this.counter += n;
    return this.counter;
  }
  @event async hold() {
    await held;
  }
}

let held: Promise<void> = Promise.resolve();

async function start(options: Partial<ConstructorParameters<typeof TestApp>[0]> = {}) {
  bodies = [];
  const test = createTestApp({ states: [LifeState], ...options });
  const page = test.connect();
  page.state(LifeState);
  await test.settle();
  return { test, page, state: page.state(LifeState), [Symbol.asyncDispose]: () => test.close() };
}

const forever = (task: Background<LifeState>): Promise<void> => task.task.sleep(1_000_000);

it("2.3.2 a call gives the page the task's run as soon as it has started; several run at once, beside handlers", async () => {
  await using run = await start();
  bodies.push(async (task, name) => {
    await task.task.sleep(100);
    await task.lock((self) => void self.log.push(name));
  });
  const runs = [await run.state.run("a"), await run.state.run("b"), await run.state.run("c")];
  expect(new Set(runs.map(({ id }) => id)).size).toBe(3);
  expect(run.test.app.backgroundTasks.size).toBe(3);
  expect(await run.state.add(1)).toBe(1);
  await run.test.advance(100);
  expect(run.state.log).toEqual(["a", "b", "c"]);
  expect(run.test.app.backgroundTasks.size).toBe(0);
});

it("2.3.9 app.backgroundTasks has a task from its start until it has ended, with its name and id", async () => {
  await using run = await start();
  bodies.push((task) => task.task.sleep(50));
  const { id } = await run.state.run("a");
  const [task] = [...run.test.app.backgroundTasks];
  expect(task).toMatchObject({ id, name: "LifeState.run", startedAt: run.test.clock.wallNow() });
  let hasEnded = false;
  void task!.ended.then(() => (hasEnded = true));
  await run.test.advance(49);
  expect(hasEnded).toBe(false);
  await run.test.advance(1);
  expect(hasEnded).toBe(true);
  expect(run.test.app.backgroundTasks.size).toBe(0);
});

it("2.3.9 tokenToSid and task.connected say so until the page is judged gone: lost within lostGraceMs, left within closeGraceMs", async () => {
  await using run = await start({ lostGraceMs: 30_000, closeGraceMs: 3_000 });
  const seen: boolean[] = [];
  bodies.push(async (task) => {
    while (task.app.eventNamespace.tokenToSid.has(task.router.session.clientToken)) {
      seen.push(task.task.connected);
      await task.task.sleep(1_000);
    }
    seen.push(task.task.connected);
  });
  await run.state.run("a");
  run.page.disconnect();
  await run.test.advance(29_000);
  expect(run.test.app.backgroundTasks.size).toBe(1);
  run.page.reconnect();
  await run.test.advance(60_000);
  expect(run.test.app.backgroundTasks.size).toBe(1);
  run.page.leave();
  await run.test.advance(2_000);
  expect(run.test.app.backgroundTasks.size).toBe(1);
  await run.test.advance(2_000);
  expect(run.test.app.backgroundTasks.size).toBe(0);
  expect(seen.at(-1)).toBe(false);
  expect(seen.slice(0, -1).every(Boolean)).toBe(true);
});

it("2.3.10 a task outlives its page and keeps its session; onDisconnect: cancel ends with the page", async () => {
  await using run = await start({ lostGraceMs: 30_000, sessionTtlMs: 60_000 });
  const reasons: unknown[] = [];
  bodies.push(async (task, name) => {
    try {
      await forever(task);
    } catch (error) {
      reasons.push([name, error instanceof TaskCancelledError && error.reason]);
      throw error;
    }
  });
  await run.state.run("free");
  await run.state.tied("tied");
  const token = [...run.test.app.eventNamespace.tokenToSid.keys()][0]!;
  run.page.disconnect();
  await run.test.advance(30_000);
  expect(reasons).toEqual([["tied", "disconnected"]]);
  await run.test.advance(900_000);
  expect([...run.test.app.backgroundTasks].map((task) => task.name)).toEqual(["LifeState.run"]);
  await run.test.app.modifyState(token, LifeState, (self) => void (self.counter = 7));
  run.page.reconnect();
  await run.test.settle();
  expect(run.state.counter).toBe(7);
  expect(run.test.errors).toEqual([]);
});

it("2.3.10 a page that is closed on purpose cancels after closeGraceMs, with its reason", async () => {
  await using run = await start({ closeGraceMs: 3_000 });
  let reason: unknown;
  bodies.push((task) => forever(task).catch((error: unknown) => (reason = (error as TaskCancelledError).reason)));
  await run.state.tied("a");
  run.page.leave();
  await run.test.advance(2_999);
  expect(reason).toBeUndefined();
  await run.test.advance(1);
  expect(reason).toBe("left");
});

it("2.3.11 cancelling rejects every pending lock and sleep once, in every branch, and then grants them again", async () => {
  await using run = await start();
  let release = (): void => {};
  held = new Promise((resolve) => (release = resolve));
  const seen: string[] = [];
  bodies.push(async (task) => {
    const branch = async (name: string, wait: () => Promise<unknown>): Promise<void> => {
      await wait().catch((error: unknown) =>
        seen.push(`${name}: ${(error as Error).name} ${String(isCancelled(error))}`),
      );
      await task.lock((self) => void self.log.push(`${name} put right`));
    };
    await Promise.all([
      branch("sleep", () => forever(task)),
      branch("other sleep", () => forever(task)),
      branch("lock", () => task.lock((self) => void (self.counter = 99))),
    ]);
  });
  const holding = run.state.hold();
  await run.state.run("a");
  await run.test.settle();
  for (const task of run.test.app.backgroundTasks) task.cancel();
  await run.test.settle();
  expect(seen.toSorted()).toEqual([
    "lock: TaskCancelledError true",
    "other sleep: TaskCancelledError true",
    "sleep: TaskCancelledError true",
  ]);
  release();
  await holding;
  await run.test.settle();
  expect(run.state.counter).toBe(0);
  expect(run.state.log).toHaveLength(3);
  expect(run.test.app.backgroundTasks.size).toBe(0);
  expect(run.test.errors).toEqual([]);
});

it("2.3.11 with nothing pending the next lock or sleep rejects; a running window finishes and commits", async () => {
  await using run = await start();
  let proceed = (): void => {};
  const outside = new Promise<void>((resolve) => (proceed = resolve));
  const seen: string[] = [];
  bodies.push(async (task) => {
    await task.lock(async (self) => {
      self.counter = 1;
      await outside;
      self.counter = 2;
    });
    seen.push("window finished");
    try {
      await task.lock((self) => void (self.counter = 99));
    } finally {
      await task.lock((self) => void self.log.push("put right"));
    }
  });
  await run.state.run("a");
  await run.test.settle();
  for (const task of run.test.app.backgroundTasks) task.cancel();
  proceed();
  await run.test.settle();
  expect(seen).toEqual(["window finished"]);
  expect([run.state.counter, run.state.log]).toEqual([2, ["put right"]]);
  expect(run.test.app.backgroundTasks.size).toBe(0);
});

it("2.3.11 who listens to the signal learns of it there, and may put the state right at once", async () => {
  await using run = await start();
  const seen: unknown[] = [];
  bodies.push(async (task) => {
    const { signal } = task.task;
    try {
      await new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError"))),
      );
    } catch (error) {
      seen.push(isCancelled(error), signal.aborted, signal.reason instanceof TaskCancelledError);
      await task.lock((self) => void self.log.push("put right"));
    }
  });
  await run.state.run("a");
  await run.test.settle();
  for (const task of run.test.app.backgroundTasks) task.cancel();
  await run.test.settle();
  expect(seen).toEqual([true, true, true]);
  expect(run.state.log).toEqual(["put right"]);
});

it("2.3.11 a task that goes on after its grace time is reported by name, abandoned, and gets no lock", async () => {
  await using run = await start({ cancelGraceMs: 5_000 });
  let windows = 0;
  let isOver = false;
  bodies.push(async (task) => {
    while (!isOver) {
      await task.lock(() => void (windows += 1)).catch(() => {});
      await task.task.sleep(100).catch(() => {});
    }
  });
  await run.state.run("stubborn");
  await run.test.advance(1_000);
  for (const task of run.test.app.backgroundTasks) task.cancel();
  await run.test.advance(4_900);
  expect(run.test.app.backgroundTasks.size).toBe(1);
  const granted = windows;
  await run.test.advance(200);
  expect(run.test.app.backgroundTasks.size).toBe(0);
  expect(run.test.logs.find(({ level }) => level === "error")?.message).toMatch(/LifeState\.run .*abandoned/);
  const atTheEnd = windows;
  await run.test.advance(60_000);
  expect(granted).toBeGreaterThan(10);
  expect(windows).toBe(atTheEnd);
  isOver = true;
});

it("2.3.13 a task that waits past lockTimeoutMs gets a LockTimeoutError that names both; the holder goes on, and so do the page's events", async () => {
  await using run = await start({ lockTimeoutMs: 10_000, slowHoldMs: 1_000 });
  let release = (): void => {};
  held = new Promise((resolve) => (release = resolve));
  let error: unknown;
  bodies.push((task) => task.lock(() => {}).catch((caught: unknown) => (error = caught)));
  const holding = run.state.hold();
  await run.test.settle();
  await run.state.run("a");
  const added = run.state.add(1);
  await run.test.advance(9_000);
  expect(error).toBeUndefined();
  await run.test.advance(2_000);
  expect(error).toBeInstanceOf(LockTimeoutError);
  expect(error).toMatchObject({ waiter: "LifeState.run", holder: "LifeState.hold" });
  const warnings = run.test.logs.filter(({ level }) => level === "warn").map(({ message }) => message);
  expect(warnings.some((message) => /LifeState\.hold has held the lock for \d+ ms/.test(message))).toBe(true);
  release();
  await holding;
  expect(await added).toBe(1);
});

it("2.3.14 an error in a task is reported with its name and id, ends it, and harms nothing else", async () => {
  await using run = await start();
  const error = new Error("broken");
  bodies.push(async () => {
    throw error;
  });
  const { id } = await run.state.run("a");
  await run.test.settle();
  expect(run.test.errors).toEqual([{ error, info: { kind: "task", name: "LifeState.run", id } }]);
  expect(run.test.logs.find(({ level }) => level === "error")?.message).toContain(`LifeState.run (${id})`);
  expect(run.test.app.backgroundTasks.size).toBe(0);
  expect(await run.state.add(2)).toBe(2);
});
