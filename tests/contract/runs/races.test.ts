import { expect, it } from "vitest";
import { TaskCancelledError, type Run } from "../../../src/index.ts";
import { bodies, JobState, log, release, start } from "./job.ts";

it("replace: a listener of the older run's signal that cancels all tasks cancels the newer one, too, and others can begin", async () => {
  await using run = await start();
  const { backgroundTasks } = run.test.app;
  bodies.set("a", async ({ task }) => {
    task.signal.addEventListener("abort", () => {
      for (const other of backgroundTasks) other.cancel();
    });
    await task.sleep(1_000_000);
  });
  const a = await run.state.replace("a");
  const b = await run.state.replace("b");
  await expect(a.result).rejects.toMatchObject({ reason: "replaced" });
  await expect(b.result).rejects.toMatchObject({ reason: "cancelled" });
  const c = await run.state.replace("c");
  await run.test.settle();
  release("c");
  await expect(c.result).resolves.toBe("c is done");
  expect(log).toEqual(["a begins", "a ends", "c begins", "c ends"]);
  expect(run.test.app.backgroundTasks.size).toBe(0);
});

it("replace: a run that is started by a listener of the older one's signal replaces the one that has cancelled it", async () => {
  await using run = await start();
  bodies.set("a", async (task) => {
    task.task.signal.addEventListener("abort", () => void task.trigger(JobState).replace("again"));
    await task.task.sleep(1_000_000);
  });
  await run.state.replace("a");
  const b = await run.state.replace("b");
  await expect(b.result).rejects.toMatchObject({ reason: "replaced" });
  await run.test.settle();
  expect(log).toEqual(["a begins", "a ends", "again begins"]);
});

it("a task that cancels itself by the handle that its window has given is cancelled, as its handle says", async () => {
  await using run = await start();
  let child: Run | undefined;
  const told: unknown[] = [];
  bodies.set("child", async ({ task }) => {
    child!.cancel();
    await task.sleep(1_000_000).catch((error: unknown) => told.push((error as TaskCancelledError).reason));
  });
  bodies.set("parent", async (task) => {
    await task.lock((self) => {
      child = self.trigger(JobState).parallel("child");
    });
    return child!.result.catch((error: unknown) => (error as TaskCancelledError).reason);
  });
  const parent = await run.state.parallel("parent");
  await expect(parent.result).resolves.toBe("cancelled");
  expect(told).toEqual(["cancelled"]);
  expect(child?.status).toBe("cancelled");
  expect(child?.attempt).toBe(1);
  expect(run.test.app.backgroundTasks.size).toBe(0);
});

it("what an attempt has left running does not end the next one", async () => {
  await using run = await start();
  let free!: () => void;
  const held = new Promise<void>((resolve) => (free = resolve));
  bodies.set("a", async (task) => {
    if (task.task.attempt > 1) {
      await task.task.sleep(10_000);
      return "at last";
    }
    void task.task.sleep(2_000).then(() => task.lock(() => held));
    throw new Error("the first one fails");
  });
  const job = await run.state.retried("a");
  await run.test.advance(2_000);
  free();
  await run.test.settle();
  expect([...run.test.app.backgroundTasks].map(({ status, attempt }) => [status, attempt])).toEqual([["running", 2]]);
  await run.test.advance(10_000);
  await expect(job.result).resolves.toBe("at last");
});

it("a sleep that an attempt has left behind is not where the next one is told that it was cancelled", async () => {
  await using run = await start();
  const told: unknown[] = [];
  let go!: () => void;
  bodies.set("a", async ({ task }) => {
    if (task.attempt === 1) {
      await Promise.race([task.sleep(1_000_000), Promise.reject(new Error("the first one fails"))]);
      return;
    }
    await new Promise<void>((resolve) => (go = resolve));
    await task.sleep(1).catch((error: unknown) => told.push((error as TaskCancelledError).reason));
  });
  const job = await run.state.retried("a");
  await run.test.advance(1_000);
  await job.cancel();
  go();
  await run.test.advance(1);
  expect(told).toEqual(["cancelled"]);
  await expect(job.result).rejects.toThrow(TaskCancelledError);
});

it("a run that is cancelled while its retry is decided ends as one that is cancelled before it", async () => {
  await using run = await start();
  let free!: () => void;
  const held = new Promise<void>((resolve) => (free = resolve));
  bodies.set("a", async (task) => {
    void task.lock(() => held);
    throw new Error("again");
  });
  const job = await run.state.retried("a");
  await run.test.settle();
  await job.cancel();
  free();
  await expect(job.result).rejects.toMatchObject({ reason: "cancelled" });
  expect(run.test.errors).toEqual([]);
});

it("2.3.10 a page that goes takes its tasks with it at once: one that waits does not begin since the one before it ends", async () => {
  await using run = await start({ closeGraceMs: 100 });
  bodies.set("a", async () => {
    throw new Error("again");
  });
  await run.state.tiedRetried("a");
  await run.state.tiedRetried("b");
  run.page.leave();
  await run.test.advance(100);
  expect(run.test.app.backgroundTasks.size).toBe(0);
  expect(log).toEqual(["a begins", "a ends"]);
});

it("an app that closes ends, whatever its tasks start as they are cancelled", async () => {
  await using run = await start();
  let rounds = 0;
  const outcomes: unknown[] = [];
  bodies.set("a", async (task) => {
    rounds += 1;
    await task.task.sleep(1_000_000).finally(() => {
      if (rounds > 50) return;
      const next = task.trigger(JobState).parallel("a");
      next.result.catch((error: { code: string }) => outcomes.push(error.code));
    });
  });
  await run.state.parallel("a");
  await run.test.close();
  expect(rounds).toBe(1);
  expect(outcomes).toEqual(["APP_CLOSED"]);
});

it("2.3.14 what an abandoned task throws after all is reported", async () => {
  await using run = await start({ cancelGraceMs: 50 });
  let fail!: (error: Error) => void;
  bodies.set("a", () => new Promise((_, reject) => (fail = reject)));
  const job = await run.state.parallel("a");
  await job.cancel();
  await run.test.advance(50);
  await expect(job.result).rejects.toMatchObject({ reason: "cancelled" });
  fail(new Error("it goes wrong after all"));
  await run.test.settle();
  expect(run.test.errors.map(({ error }) => (error as Error).message)).toEqual(["it goes wrong after all"]);
});

it("close({ graceMs }): a page can cancel what it waits for", async () => {
  await using run = await start();
  const job = await run.state.parallel("a");
  const result = job.result.catch((error: unknown) => error);
  const closed = run.test.app.close({ graceMs: 1_000 });
  await run.test.settle();
  await job.cancel();
  expect(await result).toMatchObject({ reason: "cancelled" });
  await closed;
});
