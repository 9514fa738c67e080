import { expect, it } from "vitest";
import { PublicError, ResultInLockError, type Run } from "../../../src/index.ts";
import { bodies, JobState, log, release, start } from "./job.ts";

it("retries: exponential backoff, on errors that the task chooses, each attempt with a fresh view", async () => {
  await using run = await start();
  const seen: [attempt: number, count: number][] = [];
  bodies.set("a", async (task) => {
    seen.push([task.task.attempt, task.count]);
    await task.lock((self) => void (self.count += 1));
    if (task.task.attempt < 3) throw new Error(`attempt ${task.task.attempt}`);
    return "at last";
  });
  const job = await run.state.retried("a");
  await run.test.settle();
  expect([job.status, job.attempt]).toEqual(["queued", 0]);
  await run.test.settle();
  expect([job.status, job.attempt]).toEqual(["running", 1]);
  await run.test.advance(499);
  expect(job.attempt).toBe(1);
  await run.test.advance(501);
  expect(job.attempt).toBe(2);
  await run.test.advance(1_500);
  await expect(job.result).resolves.toBe("at last");
  expect(job.attempt).toBe(3);
  expect(seen).toEqual([
    [1, 0],
    [2, 1],
    [3, 2],
  ]);
  expect(run.test.errors).toEqual([]);
  expect(run.test.logs.filter(({ level }) => level === "warn")).toHaveLength(2);
});

it("retries: the last error is the run's, and is reported once; an error that is not worth it ends the run at once", async () => {
  await using run = await start();
  bodies.set("a", async (task) => {
    throw new Error(`attempt ${task.task.attempt}`);
  });
  bodies.set("b", async () => {
    throw new PublicError("No such city.", { code: "NO_CITY", data: new Map([["id", 7]]) });
  });
  const a = await run.state.retried("a");
  const b = await run.state.retried("b");
  const refused = await b.result.catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "PUBLIC", reason: "NO_CITY" });
  expect([...((refused as PublicError).data as Map<string, number>)]).toEqual([["id", 7]]);
  expect((refused as Error).message).toBe("No such city.");
  await run.test.advance(3_000);
  await expect(a.result).rejects.toMatchObject({ code: "EVENT_FAILED", errorId: a.id });
  expect(run.test.errors.map(({ error }) => (error as Error).message)).toEqual(["No such city.", "attempt 3"]);
});

it("retries: a cancel between two attempts ends the run, with no further one", async () => {
  await using run = await start();
  bodies.set("a", async () => {
    throw new Error("again");
  });
  const job = await run.state.retried("a");
  await job.cancel();
  await expect(job.result).rejects.toMatchObject({ reason: "cancelled" });
  await run.test.advance(10_000);
  expect(log).toEqual(["a begins", "a ends"]);
});

it("progress: merged, coalesced, with rate and time remaining by the monotonic clock, and not undone with a window", async () => {
  await using run = await start();
  bodies.set("a", async (task) => {
    task.task.report({ value: 0, total: 1_000, message: "reading" });
    for (let at = 1; at <= 4; at += 1) {
      await task.task.sleep(500);
      await task
        .lock(() => {
          task.task.report({ value: at * 50, data: [`row ${at}`] });
          throw new Error("undone");
        })
        .catch(() => {});
    }
    for (let at = 0; at < 100_000; at += 1) task.task.report({ message: `${at}` });
    await task.task.sleep(1_000);
  });
  const job = await run.state.parallel("a");
  expect(job.progress).toBeUndefined();
  await run.test.advance(2_000);
  expect(job.progress).toEqual({
    value: 200,
    total: 1_000,
    message: "99999",
    data: ["row 4"],
    rate: 100,
    remainingMs: 8_000,
  });
  const updates = run.page.frames.filter(({ direction, text }) => direction === "received" && text.includes("message"));
  expect(updates.length).toBeLessThan(20);
});

it("progress: the rate is that of the last seconds, also after a pause, and for who reports seldom", async () => {
  await using run = await start();
  bodies.set("a", async ({ task }) => {
    for (let done = 0; done <= 100_000; done += 1_000) {
      task.report({ value: done, total: 100_000 });
      await task.sleep(done === 20_000 ? 60_000 : 100); // 10,000 a second, with a pause of a minute
    }
  });
  bodies.set("b", async ({ task }) => {
    for (let done = 0; done <= 10; done += 1) {
      task.report({ value: done });
      await task.sleep(20_000);
    }
  });
  const [a, b] = [await run.state.parallel("a"), await run.state.parallel("b")];
  void [a.progress, b.progress];
  await run.test.advance(62_300);
  expect(a.progress).toMatchObject({ value: 24_000, rate: 10_000, remainingMs: 7_600 });
  await run.test.advance(3_000);
  expect(a.progress).toMatchObject({ value: 54_000, rate: 10_000, remainingMs: 4_600 });
  expect(b.progress).toMatchObject({ value: 3, rate: 0.05 });
});

it("progress: what is no number, no text or no plain data is refused where it is reported", async () => {
  await using run = await start();
  bodies.set("a", async ({ task }) => {
    expect(() => task.report({ value: Number.NaN })).toThrow(
      /JobState.parallel reports a value that is no finite number/,
    );
    expect(() => task.report({ total: "x" as never })).toThrow(TypeError);
    expect(() => task.report({ message: 1 as never })).toThrow(TypeError);
    expect(() => task.report({ data: [() => {}] as never })).toThrow(/the progress of JobState.parallel/);
    return "fine";
  });
  await expect((await run.state.parallel("a")).result).resolves.toBe("fine");
});

it("2.1.4 results are plain values and parts of the state; one that can't be carried fails the run", async () => {
  await using run = await start();
  bodies.set("a", async (task) => {
    await task.lock((self) => void self.lines.push("one"));
    return { when: new Date(5), lines: task.lines, big: 1n };
  });
  bodies.set("b", async () => ({ f: () => {} }));
  await expect((await run.state.parallel("a")).result).resolves.toEqual({ when: new Date(5), lines: ["one"], big: 1n });
  await expect((await run.state.parallel("b")).result).rejects.toMatchObject({ code: "EVENT_FAILED" });
  expect(run.test.errors.map(({ error }) => (error as Error).message)).toEqual([
    expect.stringContaining("the result of JobState.parallel.f"),
  ]);
});

it("an outcome reaches the page after a reconnect and after a reload", async () => {
  await using run = await start();
  const job = await run.state.parallel("a");
  const result = job.result;
  run.page.disconnect();
  await run.test.settle();
  release("a");
  await run.test.settle();
  run.page.reconnect();
  await run.test.settle();
  await expect(result).resolves.toBe("a is done");

  run.page.leave();
  await run.test.settle();
  const again = run.test.connect({ storage: run.page.storage });
  again.state(JobState);
  const runs = again.client.state({ stateName: "JobState.parallel" });
  runs.subscribe(() => {});
  await run.test.settle();
  expect(runs.values).toMatchObject({ runs: [{ id: job.id, status: "succeeded", result: "a is done" }] });
});

it("outcomes are kept for so long, and so many of them; who asks later is told that they are forgotten", async () => {
  await using run = await start({ keepRuns: 2, keepRunsMs: 60_000 });
  for (const name of ["a", "b", "c"]) bodies.set(name, async () => name);
  const list = run.page.client.state({ stateName: "JobState.parallel" });
  list.subscribe(() => {});
  const jobs: Run[] = [];
  for (const name of ["a", "b", "c"]) jobs.push(await run.state.parallel(name));
  await run.test.advance(5_001);
  await expect(jobs[0]!.result).rejects.toMatchObject({ code: "RUN_FORGOTTEN" });
  await expect(jobs[2]!.result).resolves.toBe("c");
  await run.test.advance(60_000);
  await expect(jobs[1]!.result).rejects.toMatchObject({ code: "RUN_FORGOTTEN" });
  expect(jobs[2]!.status).toBe("succeeded");
});

it("outcomes of more runs than are kept can be had by who started them, if they ask soon", async () => {
  await using run = await start({ keepRuns: 10 });
  bodies.set("x", async () => "done");
  const list = run.page.client.state({ stateName: "JobState.parallel" });
  list.subscribe(() => {});
  const jobs = await Promise.all(Array.from({ length: 50 }, () => run.state.parallel("x")));
  await run.test.settle();
  expect(await Promise.all(jobs.map(({ result }) => result))).toEqual(Array.from({ length: 50 }, () => "done"));
  await Promise.all(Array.from({ length: 200 }, () => run.state.parallel("x")));
  await run.test.settle();
  expect(list.values?.["runs"]).toHaveLength(100);
  await run.test.advance(5_001);
  expect(list.values?.["runs"]).toHaveLength(10);
});

it("tasks start many and join them, outside the lock", async () => {
  await using run = await start();
  for (const name of ["1", "2", "3"])
    bodies.set(name, async (task) => {
      await task.task.sleep(Number(name));
      await task.lock((self) => void (self.count += Number(name)));
      return Number(name) * 10;
    });
  bodies.set("all", async (task) => {
    const inside = await task.lock((self) => {
      const first = self.trigger(JobState).parallel("1");
      return { id: first.id };
    });
    expect(inside.id).toMatch(/^[\w-]{20,}$/);
    const runs = ["2", "3"].map((name) => task.trigger(JobState).parallel(name));
    return Promise.all(runs.map(({ result }) => result));
  });
  const job = await run.state.parallel("all");
  await run.test.advance(5);
  await expect(job.result).resolves.toEqual([20, 30]);
  expect(run.state.count).toBe(6);
});

it("a result that is asked for inside the lock that its task needs is an error at once, not a deadlock", async () => {
  await using run = await start();
  bodies.set("child", async (task) => {
    await task.task.sleep(1);
    await task.lock((self) => void (self.count += 1));
  });
  bodies.set("parent", async (task) => {
    const child = task.trigger(JobState).parallel("child");
    return task.lock(async () => child.result).catch((error: unknown) => (error as Error).message);
  });
  bodies.set("handler", async (self) => {
    const child = (self as unknown as JobState).trigger(JobState).parallel("child");
    return child.result.catch((error: unknown) => error instanceof ResultInLockError);
  });
  await expect((await run.state.parallel("parent")).result).resolves.toMatch(
    /The result of JobState.parallel was asked for while JobState.parallel holds the lock/,
  );
  await expect(run.state.run("handler")).resolves.toBe(true);
});

it("entries of app.backgroundTasks tell what a task does with the lock, and never the whole token", async () => {
  await using run = await start();
  let free!: () => void;
  const held = new Promise<void>((resolve) => (free = resolve));
  bodies.set("holds", (task) => task.lock(() => held));
  bodies.set("waits", (task) => task.lock(() => {}));
  await run.state.parallel("holds");
  await run.test.advance(100);
  const queued = await run.state.two("waits");
  await run.test.advance(50);
  const [holder, waiter] = run.test.app.backgroundTasks;
  const wall = run.test.clock.wallNow();
  expect(holder?.lock).toEqual({ state: "holding", since: wall - 150 });
  expect(waiter?.lock).toEqual({ state: "waiting", since: wall - 50 });
  expect(waiter).toMatchObject({
    id: queued.id,
    name: "JobState.two",
    status: "running",
    attempt: 1,
    startedAt: wall - 50,
  });
  expect(waiter?.session).toMatch(/^.{4}…$/);
  expect(JSON.stringify([...run.test.app.backgroundTasks])).not.toContain(run.page.storage.getItem("x") ?? "token:");
  free();
  await run.test.settle();
  expect(run.test.app.backgroundTasks.size).toBe(0);
});

it("a page that does not look is sent nothing of runs, whatever they report", async () => {
  await using run = await start();
  bodies.set("a", async ({ task }) => {
    for (let at = 0; at < 1_000; at += 1) task.report({ value: at });
  });
  await run.state.parallel("a");
  await run.test.settle();
  expect(run.page.frames.filter(({ text }) => text.includes("runs"))).toEqual([]);
});
