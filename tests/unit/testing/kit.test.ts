import { expect, it } from "vitest";
import { event, State, type Background } from "../../../src/index.ts";
import { createTestApp, ManualClock } from "../../../src/testing/index.ts";

class KitState extends State {
  n = 0;
  @event({ background: true }) async tick(this: Background<KitState>) {
    for (;;) {
      await this.task.sleep(1_000);
      await this.lock((self) => void (self.n += 1));
    }
  }
}

it("advance moves the clock through everything that becomes due, and settles after each", async () => {
  await using test = createTestApp({ states: [KitState] });
  const page = test.connect().state(KitState);
  await test.settle();
  await page.tick();
  await test.advance(3_500);
  expect(page.n).toBe(3);
  await test.advance(500);
  expect(page.n).toBe(4);
});

it("assertNoLeaks names the tasks that still run", async () => {
  await using test = createTestApp({ states: [KitState] });
  const page = test.connect().state(KitState);
  await test.settle();
  await page.tick();
  await expect(test.assertNoLeaks()).rejects.toThrow("1 background task(s) still run: KitState.tick.");
  for (const task of test.app.backgroundTasks) task.cancel();
  await test.assertNoLeaks();
});

it("a manual clock fires timers in the order in which they are due, those due together in the order in which they were set", () => {
  const clock = new ManualClock();
  const fired: string[] = [];
  clock.setTimer(20, () => fired.push("c"));
  clock.setTimer(10, () => {
    fired.push("a");
    clock.setTimer(5, () => fired.push("a, then"));
  });
  clock.setTimer(10, () => fired.push("b"));
  clock.setTimer(10, () => fired.push("never")).cancel();
  clock.advance(19);
  expect(fired).toEqual(["a", "b", "a, then"]);
  expect([clock.now(), clock.pendingTimers]).toEqual([19, 1]);
  clock.advance(1);
  expect(fired.at(-1)).toBe("c");
});
