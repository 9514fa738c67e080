import type { StandardSchemaV1 } from "@standard-schema/spec";
import { afterEach, expect, it } from "vitest";
import { event, State, type Background } from "../../../src/index.ts";
import { App } from "../../../src/server/index.ts";
import { createTestApp, type TestApp } from "../../../src/testing/index.ts";

let isOver = false;
afterEach(() => {
  isOver = true;
});

class LoopState extends State {
  counter = 0;
  clicks = 0;

  @event click() {
    this.clicks += 1;
    return this.counter;
  }
  /** Locks as fast as it can, with no other await. */
  @event({ background: true }) async loop(this: Background<LoopState>) {
    while (!isOver) await this.lock((self) => void (self.counter += 1));
  }
  @event({ background: true }) async asyncLoop(this: Background<LoopState>) {
    while (!isOver) await this.lock(async (self) => void (self.counter += 1));
  }
  /** Handlers that trigger each other for ever. */
  @event ping() {
    this.counter += 1;
    if (!isOver) this.trigger(LoopState).pong();
  }
  @event pong() {
    this.counter += 1;
    if (!isOver) this.trigger(LoopState).ping();
  }
}

async function loops(name: "loop" | "asyncLoop" | "ping", sessions: number) {
  isOver = false;
  const test = createTestApp({ states: [LoopState] });
  const pages = Array.from({ length: sessions }, () => test.connect());
  const states = pages.map((page) => page.state(LoopState));
  await test.settle();
  await Promise.all(states.map((state) => state[name]()));
  return { test, states };
}

async function stop(test: TestApp): Promise<void> {
  isOver = true;
  await test.settle();
  await test.close();
}

it.each(["loop", "asyncLoop", "ping"] as const)(
  "2.3.12 a tight loop (%s) starves neither timers, nor its own page's events, nor other sessions",
  async (name) => {
    const { test, states } = await loops(name, 2);
    let timers = 0;
    for (let i = 0; i < 5; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      timers += 1;
      const counter = await states[0]!.click();
      expect(counter).toBeGreaterThan(0);
      await states[1]!.click();
    }
    expect(timers).toBe(5);
    expect(states[0]!.clicks).toBe(5);
    // The loops went on between the events: nobody starves the other.
    const before = await states[0]!.click();
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(await states[0]!.click()).toBeGreaterThan(before);
    await stop(test);
  },
);

it(
  "2.3.12 nor do a thousand sessions that all loop: each of them, and each page, has its turn",
  { timeout: 60_000 },
  async () => {
    const { test, states } = await loops("loop", 1_000);
    const counts = await Promise.all(states.map((state) => state.click()));
    expect(counts).toHaveLength(1_000);
    // Everybody's loop goes on: a second look at each finds it further.
    const later = await Promise.all(states.map((state) => state.click()));
    while (later.some((count, index) => count <= counts[index]!)) {
      await Promise.all(states.map(async (state, index) => void (later[index] = await state.click())));
    }
    expect(later.every((count, index) => count > counts[index]!)).toBe(true);
    await stop(test);
  },
);

it("2.3.12 sockets are served while a thousand sessions loop", { timeout: 60_000 }, async () => {
  const { test } = await loops("loop", 1_000);
  const other = new App({ states: [LoopState], logger: { debug() {}, info() {}, warn() {}, error() {} } });
  const { url } = await other.listen(0, "127.0.0.1");
  const response = await fetch(`${url}/_meanwhile/health`);
  expect(await response.json()).toEqual({ status: "ok" });
  await other.close();
  await stop(test);
});

class SumState extends State {
  counter = 0;

  @event increment() {
    this.counter += 1;
  }
  @event({ background: true }) async branches(this: Background<SumState>) {
    const branch = async (): Promise<void> => {
      for (let i = 0; i < 50; i += 1) {
        await this.lock((self) => void (self.counter += 1));
        await this.task.sleep(5);
      }
    };
    await Promise.all([branch(), branch(), branch(), branch()]);
  }
}

it("must hold: four parallel branches of 50 increments, four more such tasks, and increments from the page end with the exact sum", async () => {
  await using test = createTestApp({ states: [SumState] });
  const page = test.connect().state(SumState);
  await test.settle();
  for (let i = 0; i < 5; i += 1) await page.branches();
  for (let i = 0; i < 100; i += 1) {
    void page.increment();
    await test.advance(3);
  }
  await test.advance(1_000);
  expect(test.app.backgroundTasks.size).toBe(0);
  expect(page.counter).toBe(5 * 4 * 50 + 100);
  const token = [...test.app.eventNamespace.tokenToSid.keys()][0]!;
  expect(await test.app.modifyState(token, SumState, (self) => self.counter)).toBe(1_100);
});

class OrderState extends State {
  order: string[] = [];

  @event mark(name: string) {
    this.order.push(name);
  }
  @event async hold() {
    await held;
  }
  @event({ background: true }) async window(this: Background<OrderState>, name: string) {
    await this.lock((self) => void self.order.push(name));
  }
}

let held: Promise<void> = Promise.resolve();

it("2.3.12 events and windows are each first in, first out; one window has its turn after at most eight events", async () => {
  let release = (): void => {};
  held = new Promise((resolve) => (release = resolve));
  await using test = createTestApp({ states: [OrderState] });
  const page = test.connect().state(OrderState);
  await test.settle();
  const done: Promise<unknown>[] = [page.hold()];
  for (let i = 0; i < 3; i += 1) done.push(page.window(`w${i}`));
  for (let i = 0; i < 20; i += 1) done.push(page.mark(`e${i}`));
  await test.settle();
  release();
  await Promise.all(done);
  await test.settle();
  expect(page.order.filter((name) => name.startsWith("e"))).toEqual(Array.from({ length: 20 }, (_, i) => `e${i}`));
  expect(page.order.filter((name) => name.startsWith("w"))).toEqual(["w0", "w1", "w2"]);
  // The first of the eight is the one that held the lock. When the turn's budget is spent in between, a window may come sooner, never later.
  const [w0 = 0, w1 = 0, w2 = 0] = ["w0", "w1", "w2"].map((name) => page.order.indexOf(name));
  expect(w0).toBe(7);
  expect(w1 - w0).toBeLessThanOrEqual(9);
  expect(w2 - w1).toBeLessThanOrEqual(9);
});

let parsed: Promise<void> = Promise.resolve();
const slowSchema: StandardSchemaV1<string> = {
  "~standard": {
    version: 1,
    vendor: "test",
    async validate(value) {
      await parsed;
      return { value: String(value) };
    },
  },
};

class ParseState extends State {
  order: string[] = [];

  @event async hold() {
    await held;
  }
  @event({ args: [slowSchema] }) parsedSlowly(name: string) {
    this.order.push(name);
  }
  @event({ background: true }) async window(this: Background<ParseState>, name: string) {
    await this.lock((self) => void self.order.push(name));
  }
}

it("2.3.12 windows don't wait for an event whose arguments are still being parsed", async () => {
  let release = (): void => {};
  let parse = (): void => {};
  held = new Promise((resolve) => (release = resolve));
  parsed = new Promise((resolve) => (parse = resolve));
  await using test = createTestApp({ states: [ParseState] });
  const page = test.connect().state(ParseState);
  await test.settle();
  const done = [page.hold(), page.window("window"), page.parsedSlowly("event")];
  await test.settle();
  release();
  await test.settle();
  expect(page.order).toEqual(["window"]);
  parse();
  await Promise.all(done);
  expect(page.order).toEqual(["window", "event"]);
});

class RelayState extends State {
  hops = 0;

  @event async answer(token: string) {
    const app = this.app as App;
    await app.modifyState(token, RelayState, (self) => void (self.hops += 1));
  }
}

it("2.3.6 a handler that a window of another session triggered is of no window: it may wait for that session's lock", async () => {
  await using test = createTestApp({ states: [RelayState] });
  const pages = [test.connect().state(RelayState), test.connect().state(RelayState)];
  await test.settle();
  const [first, second] = [...test.app.eventNamespace.tokenToSid.keys()] as [string, string];
  await test.app.modifyState(first, RelayState, async () => {
    await test.app.modifyState(second, RelayState, (self) => void self.trigger(RelayState).answer(first));
    await new Promise((resolve) => setImmediate(resolve));
  });
  await test.settle();
  expect(test.errors).toEqual([]);
  expect(pages.map(({ hops }) => hops).toSorted()).toEqual([0, 1]);
});
