import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { event, State, type Background } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";
import { bodies, JobState, release, start } from "./job.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const EXPIRE_MS = 1_000;

/** What a session holds as long as it is held itself. */
type Trace = WeakRef<object>;

async function isCollected(trace: Trace): Promise<boolean> {
  for (let round = 0; round < 10 && trace.deref() !== undefined; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    collect();
  }
  return trace.deref() === undefined;
}

function trace(task: Background<JobState, string[]>): Trace {
  return new WeakRef(task.router);
}

async function startShort() {
  return start({ sessionTtlMs: EXPIRE_MS, closeGraceMs: 10, cancelGraceMs: 10 });
}

it("a session that has joined another one's run is not held by that run once it has expired", async () => {
  await using run = await startShort();
  const shared = await run.state.shared("long");
  let traced!: Trace;
  bodies.set("trace", async (task) => void (traced = trace(task)));
  const join = async (): Promise<void> => {
    const page = run.test.connect();
    const state = page.state(JobState);
    await run.test.settle();
    await state.parallel("trace");
    expect((await state.shared("joins")).id).toBe(shared.id);
    page.leave();
    await run.test.advance(10 + EXPIRE_MS);
  };
  await join();
  expect(await isCollected(traced)).toBe(true);
  release("long");
  await expect(shared.result).resolves.toBe("long is done");
});

it("a run that is started in a session that has expired leaves nothing of it behind", async () => {
  await using run = await startShort();
  let traced!: Trace;
  let left: Background<JobState, string[]> | undefined;
  bodies.set("leave", async (task) => {
    traced = trace(task);
    left = task;
  });
  bodies.set("late", async () => "late");
  const page = run.test.connect();
  const state = page.state(JobState);
  await run.test.settle();
  await state.parallel("leave");
  page.leave();
  await run.test.advance(10 + EXPIRE_MS);
  await expect(left!.trigger(JobState).parallel("late").result).resolves.toBe("late");
  left = undefined;
  bodies.clear();
  await run.test.settle();
  expect(await isCollected(traced)).toBe(true);
});

it("a task that was abandoned and never settles does not hold its session", async () => {
  await using run = await startShort();
  let traced!: Trace;
  bodies.set("stuck", async (task) => {
    traced = trace(task);
    await new Promise(() => {});
  });
  const stick = async (): Promise<void> => {
    const page = run.test.connect();
    const state = page.state(JobState);
    await run.test.settle();
    await state.parallel("stuck");
    for (const task of run.test.app.backgroundTasks) task.cancel();
    await run.test.advance(10);
    page.leave();
    await run.test.advance(10 + EXPIRE_MS);
  };
  await stick();
  expect(await isCollected(traced)).toBe(true);
});

class HeavyState extends State {
  @event({ background: true, retry: { attempts: 2 } }) async heavy(this: Background<HeavyState>, data: string) {
    return data.length;
  }
}

it("of a run that has ended its outcome is kept, and not its arguments", async () => {
  await using test = createTestApp({ states: [HeavyState] });
  test.connect().state(HeavyState);
  await test.settle();
  const [token] = test.app.eventNamespace.tokenToSid.keys();
  const before = await heapMegabytes();
  for (let at = 0; at < 60; at += 1) {
    await test.app.modifyState(token!, HeavyState, (self) => {
      self.trigger(HeavyState).heavy(Buffer.alloc(1_000_000, `${at}`).toString("latin1"));
    });
    await test.settle();
  }
  expect(test.app.backgroundTasks.size).toBe(0);
  expect((await heapMegabytes()) - before).toBeLessThan(20);
});

async function heapMegabytes(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 5));
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}
