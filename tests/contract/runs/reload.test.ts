import { expect, it } from "vitest";
import { event, State, type Background } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";

const log: string[] = [];

/** Two loads of the same module, as a development server makes them. */
function load(version: 1 | 2) {
  class JobState extends State {
    count = 0;
    @event({ background: true, policy: "queue", retry: { attempts: 2, minMs: 100 } })
    async job(this: Background<JobState>, name: string) {
      log.push(`${name}: ${version}, ${this.count}, attempt ${this.task.attempt}`);
      await this.lock((self) => void (self.count += 1));
      await this.task.sleep(1_000);
      if (name === "a" && this.task.attempt === 1) throw new Error("once more");
      return `${name} of ${version}`;
    }
  }
  class EmptyState extends State {}
  return { JobState, EmptyState };
}

it("a reload keeps runs: those that wait begin with the code that they were started with, and the page sees their ends", async () => {
  log.length = 0;
  const first = load(1);
  const second = load(2);
  await using test = createTestApp({ states: [first.JobState] });
  const page = test.connect();
  const state = page.state(first.JobState);
  await test.settle();
  const a = await state.job("a");
  const b = await state.job("b");
  const results = Promise.all([a.result, b.result]);
  await test.settle();
  test.app.replaceStates([second.JobState]);
  await test.settle();
  const c = await state.job("c");
  await test.advance(5_000);
  expect(await results).toEqual(["a of 1", "b of 1"]);
  await expect(c.result).resolves.toBe("c of 2");
  expect(log).toEqual(["a: 1, 0, attempt 1", "a: 1, 1, attempt 2", "b: 1, 2, attempt 1", "c: 2, 3, attempt 1"]);
  expect(state.count).toBe(4);
  expect(test.errors).toEqual([]);
});

it("a task that is gone after a reload goes on, and can be watched no more", async () => {
  log.length = 0;
  const first = load(1);
  await using test = createTestApp({ states: [first.JobState, first.EmptyState] });
  const page = test.connect();
  const state = page.state(first.JobState);
  page.state(first.EmptyState);
  await test.settle();
  await state.job("b");
  await state.job("c");
  page.client.state({ stateName: "JobState.job" }).subscribe(() => {});
  await test.settle();
  test.app.replaceStates([load(2).EmptyState]);
  await test.advance(5_000);
  expect(log).toEqual(["b: 1, 0, attempt 1", "c: 1, 0, attempt 1"]);
  expect(page.client.connection.status).toBe("connected");
  expect(test.app.backgroundTasks.size).toBe(0);
  expect(test.errors).toEqual([]);
});
