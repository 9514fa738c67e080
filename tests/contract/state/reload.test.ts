import { expect, it } from "vitest";
import { event, State, type Background } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";

/** Two loads of the same modules, as a development server makes them. */
function load(version: 1 | 2) {
  class CounterState extends State {
    added = "new var"; // only in the second load
    count = 0;
    gone = version;
    constructor() {
      super();
      if (version === 1) delete (this as { added?: string }).added;
      else delete (this as { gone?: number }).gone;
    }
    @event add() {
      this.count += version === 1 ? 1 : 100;
    }
    @event({ background: true }) async work(this: Background<CounterState>) {
      for (let i = 0; i < 3; i += 1) {
        await this.lock((self) => void (self.count += 1_000));
        await this.task.sleep(10);
      }
    }
  }
  class OldState extends State {
    n = 1;
  }
  return { CounterState, OldState };
}

it("a reload keeps the values of vars whose names still match, the running tasks and the pages; states that are gone are dropped", async () => {
  const first = load(1);
  const second = load(2);
  await using test = createTestApp({ states: [first.OldState, first.CounterState] });
  const page = test.connect();
  const state = page.state(first.CounterState);
  page.state(first.OldState);
  await test.settle();
  await state.add();
  await state.work();
  await test.settle();
  expect([state.count, state.gone]).toEqual([1_001, 1]);
  test.app.replaceStates([second.CounterState]);
  await test.settle();
  expect({ ...state }).toMatchObject({ count: 1_001, added: "new var" });
  expect("gone" in state).toBe(false);
  await state.add();
  expect(state.count).toBe(1_101);
  // The task that runs goes on with the old code, on the new state.
  await test.advance(100);
  expect(state.count).toBe(3_101);
  expect(test.app.backgroundTasks.size).toBe(0);
  expect(test.errors).toEqual([]);
});

it("an instance made by hand is an ordinary object without a session", () => {
  const { CounterState } = load(2);
  const made = new CounterState();
  made.count = 5;
  expect(made.count).toBe(5);
  expect(() => made.router).toThrow(/there is no session/);
});
