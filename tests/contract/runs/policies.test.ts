import { expect, it } from "vitest";
import { TaskCancelledError, TaskRefusedError, type Run } from "../../../src/index.ts";
import { bodies, JobState, log, release, start } from "./job.ts";

it("parallel: every start runs, at once", async () => {
  await using run = await start();
  await Promise.all(["a", "b", "c"].map((name) => run.state.parallel(name)));
  expect(log).toEqual(["a begins", "b begins", "c begins"]);
  expect(run.test.app.backgroundTasks.size).toBe(3);
});

it("single: a second start is refused, and the caller is told which run goes on", async () => {
  await using run = await start();
  const first = await run.state.single("a");
  const refused = await run.state.single("b").catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(TaskRefusedError);
  expect(refused).toMatchObject({ code: "TASK_REFUSED", runId: first.id });
  release("a");
  await expect(first.result).resolves.toBe("a is done");
  await expect((await run.state.single("c")).cancel()).resolves.toBeNull();
  expect(log).toEqual(["a begins", "a ends", "c begins", "c ends"]);
});

it("join: a second start gets the run that goes on, and its result", async () => {
  await using run = await start();
  const first = await run.state.join("a");
  const second = await run.state.join("b");
  expect(second.id).toBe(first.id);
  release("a");
  expect(await Promise.all([first.result, second.result])).toEqual(["a is done", "a is done"]);
  const third = await run.state.join("c");
  expect(third.id).not.toBe(first.id);
});

it("join: a run that is being cancelled is joined by nobody; the next one begins when it has ended", async () => {
  await using run = await start();
  let hold!: () => void;
  bodies.set("a", async (task) => {
    await task.task.sleep(1_000_000).catch(() => {});
    await new Promise<void>((resolve) => (hold = resolve));
  });
  const first = await run.state.join("a");
  await first.cancel();
  const second = await run.state.join("b");
  const third = await run.state.join("c");
  expect(second.id).not.toBe(first.id);
  expect(third.id).toBe(second.id);
  expect(second.status).toBe("queued");
  hold();
  await run.test.settle();
  expect(log).toEqual(["a begins", "a ends", "b begins"]);
});

it("queue: each begins when the one before has ended; one that is cancelled while it waits never runs", async () => {
  await using run = await start();
  const [a, b, c] = await Promise.all([run.state.queue("a"), run.state.queue("b"), run.state.queue("c")]);
  await b.cancel();
  await expect(b.result).rejects.toMatchObject({ code: "TASK_CANCELLED", reason: "cancelled" });
  expect([a.status, b.status, c.status]).toEqual(["running", "cancelled", "queued"]);
  release("a");
  await expect(a.result).resolves.toBe("a is done");
  await run.test.settle();
  expect(c.status).toBe("running");
  expect(log).toEqual(["a begins", "a ends", "c begins"]);
});

it("replace: the older one is cancelled, puts its state right, and has ended before the newer one begins", async () => {
  await using run = await start();
  bodies.set("a", async (task) => {
    try {
      await task.task.sleep(1_000_000);
    } finally {
      await task.lock((self) => void self.lines.push("a was put right"));
      log.push("a was put right");
    }
  });
  const [a, b, c] = await Promise.all([run.state.replace("a"), run.state.replace("b"), run.state.replace("c")]);
  await expect(a.result).rejects.toMatchObject({ reason: "replaced" });
  await expect(b.result).rejects.toMatchObject({ reason: "replaced" });
  await run.test.settle();
  expect(log).toEqual(["a begins", "a was put right", "a ends", "c begins"]);
  expect(run.state.lines).toEqual(["a was put right"]);
  release("c");
  await expect(c.result).resolves.toBe("c is done");
});

it("limit: so many run, further ones wait for their turn, in order", async () => {
  await using run = await start();
  for (const name of ["a", "b", "c", "d"]) await run.state.two(name);
  expect(log).toEqual(["a begins", "b begins"]);
  release("b");
  await run.test.settle();
  release("a");
  await run.test.settle();
  expect(log).toEqual(["a begins", "b begins", "b ends", "c begins", "a ends", "d begins"]);
});

it("a key, computed from the arguments, says which runs the policy looks at", async () => {
  await using run = await start();
  await run.state.keyed("a1");
  await run.state.keyed("b1");
  await expect(run.state.keyed("a2")).rejects.toThrow(TaskRefusedError);
  expect(log).toEqual(["a1 begins", "b1 begins"]);
});

it("by default policies look at the session's own runs, with per: app at those of all sessions", async () => {
  await using run = await start();
  const other = run.test.connect().state(JobState);
  await run.test.settle();
  await run.state.single("a");
  await other.single("b");
  await run.state.line("c");
  const waiting = await other.line("d");
  expect(log).toEqual(["a begins", "b begins", "c begins"]);
  expect(waiting.status).toBe("queued");
  release("c");
  await run.test.settle();
  expect(log.at(-1)).toBe("d begins");
});

it("a session that joins a run of another one sees it as its own: progress, result, cancel", async () => {
  await using run = await start();
  const other = run.test.connect().state(JobState);
  await run.test.settle();
  const first = await run.state.shared("a");
  const joined = await other.shared("b");
  expect(joined.id).toBe(first.id);
  expect(joined.status).toBe("queued");
  await run.test.settle();
  expect(joined.status).toBe("running");
  await joined.cancel();
  await expect(first.result).rejects.toThrow(TaskCancelledError);
  await expect(joined.result).rejects.toThrow(TaskCancelledError);
});

it.each([
  ["single", 1],
  ["join", 1],
  ["queue", 1],
  ["replace", 1],
  ["two", 2],
] as const)("a thousand starts at once never break %s", async (policy, most) => {
  await using run = await start({ cancelGraceMs: 10 });
  let now = 0;
  let peak = 0;
  let began = 0;
  bodies.set("x", async (task) => {
    now += 1;
    began += 1;
    peak = Math.max(peak, now);
    try {
      await task.lock((self) => void (self.count += 1));
      await Promise.resolve();
    } finally {
      now -= 1;
    }
  });
  const starts = Array.from({ length: 1_000 }, () => run.state[policy]("x").catch((error: unknown) => error));
  const given = await Promise.all(starts);
  await run.test.settle();
  expect(peak).toBe(most);
  expect(run.test.app.backgroundTasks.size).toBe(0);
  const runs = given.filter((each) => !(each instanceof Error)) as Run[];
  const outcomes = await Promise.allSettled(runs.map(({ result }) => result));
  if (policy === "queue" || policy === "two") expect(began).toBe(1_000);
  if (policy === "single") expect(runs.length).toBe(began);
  if (policy === "join") expect(new Set(runs.map(({ id }) => id)).size).toBe(began);
  expect(outcomes).toHaveLength(runs.length);
});
