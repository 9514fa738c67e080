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
