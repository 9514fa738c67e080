import { expect, it } from "vitest";
import { bodies, start } from "./job.ts";

it("what a page sees of runs while a window is open, and what the window commits, come in versions that only grow", async () => {
  await using run = await start();
  let close!: () => void;
  const open = new Promise<void>((resolve) => (close = resolve));
  bodies.set("holds", (task) =>
    task.lock(async (self) => {
      self.count = 1;
      await open;
      self.count = 2;
    }),
  );
  bodies.set("reports", async ({ task }) => {
    for (let value = 1; value <= 3; value += 1) {
      task.report({ value });
      await task.sleep(100);
    }
  });
  const list = run.page.client.state({ stateName: "JobState.parallel" });
  list.subscribe(() => {});
  await run.test.settle();
  await run.state.parallel("holds");
  await run.state.parallel("reports");
  await run.test.advance(250);
  expect(list.values?.["runs"]).toMatchObject([{ status: "running" }, { status: "running", progress: { value: 3 } }]);
  expect(run.state.count).toBe(0);
  close();
  await run.test.settle();
  expect(run.state.count).toBe(2);
  const versions = run.page.frames.flatMap(({ direction, text }) => {
    const { version } = JSON.parse(text) as { version?: number };
    return direction === "received" && version !== undefined && text.includes("states") ? [version] : [];
  });
  expect(versions.length).toBeGreaterThan(4);
  expect(versions).toEqual([...new Set(versions)].toSorted((one, other) => one - other));
  // What it holds is told by the version alone.
  run.page.cut();
  await run.test.advance(1_000);
  expect(run.page.client.connection).toMatchObject({ status: "connected", session: "resumed" });
  expect(run.state.count).toBe(2);
  expect(list.values?.["runs"]).toMatchObject([{ status: "succeeded" }, { status: "succeeded" }]);
});
