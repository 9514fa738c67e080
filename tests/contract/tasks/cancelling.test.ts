import { expect, it, vi } from "vitest";
import { event, State, TaskCancelledError, type Background } from "../../../src/index.ts";
import { createTestApp, type TestApp } from "../../../src/testing/index.ts";

type Body = (task: Background<CancelState>) => Promise<unknown>;
const bodies = new Map<string, Body>();
let gate: Promise<void> = Promise.resolve();

class CancelState extends State {
  log: string[] = [];

  @event({ background: true }) async run(this: Background<CancelState>, name: string) {
    await bodies.get(name)!(this);
  }
  @event mark(name: string) {
    this.log.push(name);
  }
  @event async hold() {
    await gate;
  }
  @event cancelAll() {
    cancelAll(this.app);
  }
  @event async startAndThrow() {
    this.trigger(CancelState).run("never");
    await gate;
    throw new Error("undone");
  }
}

function cancelAll(app: Pick<TestApp["app"], "backgroundTasks">, but?: object): void {
  for (const task of app.backgroundTasks) if (task !== but) task.cancel();
}

async function start(options: Partial<ConstructorParameters<typeof TestApp>[0]> = {}) {
  bodies.clear();
  const test = createTestApp({ states: [CancelState], ...options });
  const page = test.connect();
  const state = page.state(CancelState);
  await test.settle();
  return { test, page, state, [Symbol.asyncDispose]: () => test.close() };
}

it("2.3.11 a cancel right after a window that handed the lock on harms nobody: who has it runs, and its next wait rejects", async () => {
  await using run = await start();
  let granted = 0;
  bodies.set("waiter", async (task) => {
    await task.lock(() => void (granted += 1));
    await task.lock(() => {}).catch((error: unknown) => expect(error).toBeInstanceOf(TaskCancelledError));
  });
  bodies.set("holder", async (task) => {
    const done = task.lock((self) => void self.trigger(CancelState).run("waiter"));
    // The window has ended, and its lock was handed to the task that it triggered, which has not run its window yet.
    cancelAll(
      task.app,
      [...task.app.backgroundTasks].find(({ id }) => id === task.task.id),
    );
    await done;
  });
  // Several times: where the turn's budget is spent, the lock is not handed on at once.
  for (let i = 0; i < 10; i += 1) {
    await run.state.run("holder");
    await run.test.settle();
    await run.state.mark(`click ${i}`);
    expect(run.test.app.backgroundTasks.size).toBe(0);
  }
  expect(granted).toBeGreaterThan(0);
  expect(run.state.log).toHaveLength(10);
  expect(run.test.errors).toEqual([]);
});

it("2.3.11 a handler that cancels the tasks of its session: who listens to the signal may take the lock at once, after the handler", async () => {
  await using run = await start();
  bodies.set("listener", async (task) => {
    const heard = new Promise<void>((resolve, reject) => {
      task.task.signal.addEventListener("abort", () => {
        task.lock((self) => void self.log.push("from the listener")).then(resolve, reject);
      });
    });
    await heard;
  });
  await run.state.run("listener");
  await run.state.cancelAll();
  await run.test.settle();
  expect(run.test.errors).toEqual([]);
  expect(run.state.log).toEqual(["from the listener"]);
  expect(run.test.app.backgroundTasks.size).toBe(0);
});

it("2.3.14 a listener of the signal that throws, or rejects, is reported as the task's, and harms nothing else", async () => {
  await using run = await start();
  bodies.set("listeners", async (task) => {
    const { signal } = task.task;
    signal.addEventListener("abort", () => {
      throw new Error("listener threw");
    });
    signal.addEventListener("abort", async () => {
      throw new Error("listener rejected");
    });
    signal.addEventListener("abort", {
      handleEvent() {
        throw new Error("object threw");
      },
    });
    signal.onabort = () => {
      throw new Error("onabort threw");
    };
    const removed = vi.fn<() => void>();
    signal.addEventListener("abort", removed);
    signal.removeEventListener("abort", removed);
    const heard = vi.fn<(event: Event) => void>();
    signal.addEventListener("abort", heard, { once: true });
    await task.task.sleep(1_000).catch(() => {});
    expect(removed).not.toHaveBeenCalled();
    expect(heard).toHaveBeenCalledTimes(1);
    await fetch("http://127.0.0.1:1", { signal }).catch((error: unknown) => {
      expect(error).toBeInstanceOf(TaskCancelledError);
    });
  });
  await run.state.run("listeners");
  cancelAll(run.test.app);
  await run.test.settle();
  await vi.waitFor(() => expect(run.test.app.backgroundTasks.size).toBe(0));
  expect(run.test.errors.map(({ error }) => (error as Error).message).toSorted()).toEqual([
    "listener rejected",
    "listener threw",
    "object threw",
    "onabort threw",
  ]);
  expect(new Set(run.test.errors.map(({ info }) => `${info.kind} ${info.name}`))).toEqual(
    new Set(["task CancelState.run"]),
  );
});

it("2.3.11 a task that is cancelled before its first wait: its first wait rejects, with the reason; cancelling again changes nothing", async () => {
  await using run = await start();
  const seen: unknown[] = [];
  bodies.set("early", async (task) => {
    cancelAll(task.app);
    cancelAll(task.app);
    await task.lock(() => {}).catch((error: unknown) => seen.push((error as TaskCancelledError).reason));
    expect(task.task.signal.aborted).toBe(true);
    await task.task.sleep(10);
    await task.lock((self) => void self.log.push("put right"));
  });
  await run.state.run("early");
  await run.test.advance(10);
  expect(seen).toEqual(["cancelled"]);
  expect(run.state.log).toEqual(["put right"]);
  expect(run.test.errors).toEqual([]);
});

it("2.2.5 a task that a window or a handler triggered does not exist before its commit, nor ever if it is undone", async () => {
  let release = (): void => {};
  gate = new Promise((resolve) => (release = resolve));
  await using run = await start();
  bodies.set("never", async () => expect.unreachable());
  const failing = run.state.startAndThrow().catch((error: unknown) => error);
  await run.test.settle();
  expect(run.test.app.backgroundTasks.size).toBe(0);
  release();
  expect(await failing).toMatchObject({ code: "EVENT_FAILED" });
  bodies.set("outer", async (task) => {
    await task
      .lock((self) => {
        self.trigger(CancelState).run("never");
        throw new Error("undone");
      })
      .catch(() => {});
    await task
      .lock(function* (self) {
        self.trigger(CancelState).mark("committed at the yield");
        yield;
        self.trigger(CancelState).run("never");
        throw new Error("undone");
      })
      .catch(() => {});
  });
  await run.state.run("outer");
  await run.test.settle();
  expect(run.state.log).toEqual(["committed at the yield"]);
  expect(run.test.errors.map(({ info }) => info.name)).toEqual(["CancelState.startAndThrow"]);
});

it("2.3.11 an abandoned task leaves nothing behind that keeps the process alive, however stubborn it is", async () => {
  const run = await start({ cancelGraceMs: 100 });
  let isOver = false;
  bodies.set("stubborn", async (task) => {
    while (!isOver) {
      await task.lock(() => {}).catch(() => {});
      await task.task.sleep(10).catch(() => {});
    }
  });
  await run.state.run("stubborn");
  await run.test.close();
  expect(run.test.clock.pendingTimers).toBe(0);
  expect(run.test.logs.filter(({ message }) => /abandoned/.test(message))).toHaveLength(1);
  isOver = true;
});

it("2.3.9 a task has ended though a sleep of it that lost a race goes on, which keeps nothing alive", async () => {
  await using run = await start();
  bodies.set("race", async (task) => {
    await Promise.race([task.lock((self) => void self.log.push("won")), task.task.sleep(60_000)]);
  });
  await run.state.run("race");
  await run.test.settle();
  expect(run.test.app.backgroundTasks.size).toBe(0);
  expect(run.test.clock.pendingTimers).toBe(0);
});

it("2.3.3 sleep takes any number of milliseconds: none or less is none, infinitely many are until cancelled, NaN is refused", async () => {
  await using run = await start();
  const seen: unknown[] = [];
  bodies.set("sleeper", async (task) => {
    for (const odd of [Number.NaN, undefined, "5", 5n, null])
      await task.task.sleep(odd as number).catch((error: unknown) => seen.push((error as Error).name));
    await task.task.sleep(-1);
    await task.task.sleep(Number.NEGATIVE_INFINITY);
    seen.push("awake");
    await Promise.all([task.task.sleep(1e12), task.task.sleep(Number.POSITIVE_INFINITY)]);
  });
  await run.state.run("sleeper");
  await run.test.advance(0);
  expect(seen).toEqual([...Array.from({ length: 5 }, () => "TypeError"), "awake"]);
  await run.test.advance(2e9);
  expect(run.test.app.backgroundTasks.size).toBe(1);
  cancelAll(run.test.app);
  await run.test.settle();
  expect(run.test.app.backgroundTasks.size).toBe(0);
  expect(run.test.errors).toEqual([]);
});
