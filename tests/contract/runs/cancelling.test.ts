import { expect, it } from "vitest";
import { TaskCancelledError, type Run } from "../../../src/index.ts";
import { bodies, JobState, log, release, start } from "./job.ts";

it("2.3.11 the page cancels a run: its signal tells why, and it can still put its state right", async () => {
  await using run = await start();
  let reason: unknown;
  bodies.set("a", async (task) => {
    await task.lock((self) => void (self.count = 1));
    try {
      await task.task.sleep(1_000_000);
    } catch (error) {
      reason = task.task.signal.reason;
      await task.lock((self) => void (self.count = 0));
      throw error;
    }
  });
  const job = await run.state.parallel("a");
  expect(run.state.count).toBe(1);
  await job.cancel();
  await expect(job.result).rejects.toMatchObject({ code: "TASK_CANCELLED", reason: "cancelled" });
  expect(reason).toMatchObject({ code: "TASK_CANCELLED", reason: "cancelled" });
  expect(run.state.count).toBe(0);
  expect(run.test.errors).toEqual([]);
});

it("2.3.11 a cancelled run that returns all the same has been cancelled; one whose clean-up fails has failed", async () => {
  await using run = await start();
  bodies.set("a", (task) => task.task.sleep(1_000_000).catch(() => "a result"));
  bodies.set("b", (task) =>
    task.task.sleep(1_000_000).catch(() => {
      throw new Error("the clean-up failed");
    }),
  );
  const [a, b] = [await run.state.parallel("a"), await run.state.parallel("b")];
  await Promise.all([a.cancel(), b.cancel()]);
  await expect(a.result).rejects.toThrow(TaskCancelledError);
  await expect(b.result).rejects.toMatchObject({ code: "EVENT_FAILED", errorId: b.id });
  expect(run.test.errors.map(({ error }) => (error as Error).message)).toEqual(["the clean-up failed"]);
});

it("a report is where a task that neither locks nor sleeps learns that it was cancelled, once", async () => {
  await using run = await start();
  const told: unknown[] = [];
  let go!: () => void;
  bodies.set("a", async (task) => {
    task.task.report({ value: 1 });
    await new Promise<void>((resolve) => (go = resolve));
    for (let at = 0; at < 3; at += 1) {
      try {
        task.task.report({ value: 2 });
      } catch (error) {
        told.push(error);
      }
    }
  });
  const job = await run.state.parallel("a");
  await job.cancel();
  go();
  await expect(job.result).rejects.toThrow(TaskCancelledError);
  expect(told).toEqual([expect.objectContaining({ code: "TASK_CANCELLED" })]);
});

it("a handler, another task and the server cancel runs by their handles", async () => {
  await using run = await start();
  let handle: Run | undefined;
  bodies.set("start", async (self) => {
    handle = (self as unknown as JobState).trigger(JobState).parallel("a");
    expect(handle.status).toBe("queued");
  });
  await run.state.run("start");
  await run.test.settle();
  expect(handle?.status).toBe("running");
  bodies.set("stop", async () => handle?.cancel());
  await run.state.run("stop");
  await expect(handle?.result).rejects.toThrow(TaskCancelledError);

  bodies.set("parent", async (task) => {
    const child = task.trigger(JobState).parallel("child");
    await task.task.sleep(10);
    child.cancel();
    return child.result.catch((error: unknown) => (error as TaskCancelledError).reason);
  });
  const parent = await run.state.parallel("parent");
  await run.test.advance(10);
  await expect(parent.result).resolves.toBe("cancelled");

  const last = await run.state.parallel("b");
  const [entry] = run.test.app.backgroundTasks;
  expect(entry?.id).toBe(last.id);
  entry?.cancel();
  await expect(entry?.result).rejects.toThrow(TaskCancelledError);
  await entry?.ended;
  await expect(last.result).rejects.toMatchObject({ reason: "cancelled" });
});

it("a time limit counts from the start of the run, not of its wait, and takes in its further attempts", async () => {
  await using run = await start();
  const job = await run.state.limited("a");
  await run.test.advance(999);
  expect(job.status).toBe("queued");
  await run.test.settle();
  expect(job.status).toBe("running");
  await run.test.advance(1);
  await expect(job.result).rejects.toMatchObject({ reason: "timeout" });
  expect(run.test.app.backgroundTasks.size).toBe(0);
});

it("2.3.10 a page that goes takes its tied tasks with it, also those that wait", async () => {
  await using run = await start({ closeGraceMs: 100 });
  await run.state.tied("a");
  await run.state.tied("b");
  const tasks = [...run.test.app.backgroundTasks];
  run.page.leave();
  await run.test.advance(100);
  expect(run.test.app.backgroundTasks.size).toBe(0);
  const reasons = await Promise.all(tasks.map(({ result }) => result.catch((error: unknown) => error)));
  expect(reasons).toEqual([expect.objectContaining({ reason: "left" }), expect.objectContaining({ reason: "left" })]);
  expect(log).toEqual(["a begins", "a ends"]);
});

it("a trigger that is undone with its window never starts, and says so", async () => {
  await using run = await start();
  let handle: Run | undefined;
  bodies.set("parent", async (task) => {
    await task
      .lock((self) => {
        handle = self.trigger(JobState).parallel("never");
        throw new Error("no");
      })
      .catch(() => {});
    return handle!.result.catch((error: unknown) => (error as TaskCancelledError).reason);
  });
  const job = await run.state.parallel("parent");
  await expect(job.result).resolves.toBe("undone");
  expect(handle?.status).toBe("cancelled");
  expect(log).not.toContain("never begins");
});

it("what does not end is named: by its task's name when its grace time is over, and when the app closes", async () => {
  await using run = await start({ cancelGraceMs: 50 });
  bodies.set("stuck", () => new Promise(() => {}));
  const job = await run.state.parallel("stuck");
  await job.cancel();
  await run.test.advance(50);
  await expect(job.result).rejects.toThrow(TaskCancelledError);
  expect(run.test.app.backgroundTasks.size).toBe(0);
  expect(run.test.logs.filter(({ level }) => level === "error").map(({ message }) => message)).toEqual([
    expect.stringContaining("The task JobState.parallel"),
  ]);
  await run.test.close();
  expect(run.test.logs.at(-1)).toMatchObject({
    level: "error",
    fields: { tasks: ["JobState.parallel"] },
  });
});

it("close({ graceMs }) lets tasks finish, starts nothing new, and cancels those that wait for their turn", async () => {
  await using run = await start();
  const a = await run.state.queue("a");
  const b = await run.state.queue("b");
  const results = Promise.allSettled([a.result, b.result]);
  const closed = run.test.app.close({ graceMs: 1_000 });
  await run.test.settle();
  await expect(run.state.parallel("c")).rejects.toMatchObject({ code: "APP_CLOSED" });
  await run.test.advance(500);
  release("a");
  await run.test.settle();
  await closed;
  expect(await results).toEqual([
    { status: "fulfilled", value: "a is done" },
    { status: "rejected", reason: expect.objectContaining({ reason: "shutdown" }) as unknown },
  ]);
  expect(log).toEqual(["a begins", "a ends"]);
});

it("close({ graceMs }) cancels what goes on after it", async () => {
  await using run = await start();
  const a = await run.state.parallel("a");
  const result = a.result.catch((error: unknown) => error);
  const closed = run.test.app.close({ graceMs: 1_000 });
  await run.test.advance(999);
  expect(run.test.app.backgroundTasks.size).toBe(1);
  await run.test.advance(1);
  await closed;
  expect(await result).toMatchObject({ reason: "shutdown" });
});

it("2.3.11 a listener that has long done its work tells nobody: the next lock does", async () => {
  await using run = await start();
  let query!: () => void;
  bodies.set("a", async (task) => {
    task.task.signal.addEventListener("abort", () => {}); // as a `fetch` that is over leaves one
    await new Promise<void>((resolve) => (query = resolve));
    await task.lock((self) => void (self.count += 1));
  });
  const job = await run.state.parallel("a");
  await job.cancel();
  await run.test.advance(200);
  query();
  await expect(job.result).rejects.toMatchObject({ reason: "cancelled" });
  expect(run.state.count).toBe(0);
});

it.each<[what: string, of: (signal: AbortSignal) => AbortSignal]>([
  ["the signal", (signal) => signal],
  ["a signal that depends on it", (signal) => AbortSignal.any([signal, new AbortController().signal])],
])("2.3.11 who is told by %s puts its state right at once", async (_, of) => {
  await using run = await start();
  bodies.set("a", async (task) => {
    const signal = of(task.task.signal);
    try {
      await new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      });
    } finally {
      await task.lock((self) => void self.lines.push("put right"));
      await task.lock((self) => void self.lines.push("twice"));
    }
  });
  const job = await run.state.parallel("a");
  await job.cancel();
  await expect(job.result).rejects.toThrow(TaskCancelledError);
  expect(run.state.lines).toEqual(["put right", "twice"]);
});

it("2.3.11 who asks the signal is told by it, too, and puts its state right at once", async () => {
  await using run = await start();
  let go!: () => void;
  bodies.set("a", async (task) => {
    const { signal } = task.task;
    await new Promise<void>((resolve) => (go = resolve));
    if (signal.aborted) await task.lock((self) => void self.lines.push("put right"));
  });
  const job = await run.state.parallel("a");
  await job.cancel();
  await run.test.advance(1_000);
  go();
  await expect(job.result).rejects.toThrow(TaskCancelledError);
  expect(run.state.lines).toEqual(["put right"]);
});

it.each(["outside the lock", "in a lock window"])(
  "a task that waits for a run which it started %s is cancelled there, and the run goes on",
  async (where) => {
    await using run = await start();
    bodies.set("parent", async (task) => {
      let child!: { readonly result: Promise<unknown> };
      if (where === "outside the lock") child = task.trigger(JobState).parallel("child");
      else await task.lock((self) => void (child = self.trigger(JobState).parallel("child")));
      try {
        return await child.result;
      } catch (error) {
        await task.lock((self) => void self.lines.push((error as TaskCancelledError).reason));
        return child.result;
      }
    });
    const parent = await run.state.parallel("parent");
    await parent.cancel();
    await run.test.settle();
    expect(run.state.lines).toEqual(["cancelled"]);
    expect([...run.test.app.backgroundTasks]).toHaveLength(2);
    release("child");
    await expect(parent.result).rejects.toThrow(TaskCancelledError);
    expect(log.at(-1)).toBe("parent ends");
  },
);
