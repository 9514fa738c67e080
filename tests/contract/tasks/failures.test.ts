import { expect, it } from "vitest";
import { event, ImmutableStateError, State, type Background } from "../../../src/index.ts";
import { createTestApp, type TestApp } from "../../../src/testing/index.ts";

let body: (task: Background<FailState>) => Promise<unknown> = async () => {};
type Locking = { lock(change: unknown): Promise<unknown> };

class FailState extends State {
  counter = 0;

  @event({ background: true }) async run(this: Background<FailState>) {
    await body(this);
  }
  @event add(n: number) {
    this.counter += n;
    return this.counter;
  }
  @event async forgetsAwait() {
    void (this as unknown as Locking).lock(() => {});
    this.counter += 1;
  }
  @event throwsOdd(index: number) {
    throw odd[index]!();
  }
}

const getterThrows = (): never => {
  throw new Error("getter");
};
const traps = new Proxy({}, { get: () => getterThrows });
/** What code can throw that is no Error, or none that can be looked at. */
const odd: (() => unknown)[] = [
  () => undefined,
  () => null,
  () => "text",
  () => Symbol("s"),
  () => Object.freeze({}),
  () => Object.freeze(new Error("frozen")),
  () => Object.create(null) as unknown,
  () => ({
    get message() {
      return getterThrows();
    },
    get name() {
      return getterThrows();
    },
    get cause() {
      return getterThrows();
    },
  }),
  () =>
    Object.defineProperties(new Error("x"), {
      // First: the engine makes it of the others.
      stack: { get: getterThrows },
      message: { get: getterThrows },
      name: { get: getterThrows },
      cause: { get: getterThrows },
    }),
  () => new Proxy({}, traps),
  () => new Proxy(new Error("x"), traps),
  () => Promise.resolve("a promise"),
];

async function start(options: Partial<ConstructorParameters<typeof TestApp>[0]> = {}) {
  const test = createTestApp({ states: [FailState], ...options });
  const page = test.connect();
  const state = page.state(FailState);
  await test.settle();
  return { test, state, [Symbol.asyncDispose]: () => test.close() };
}

it("2.3.14 whatever a task throws is reported, ends it, and harms nothing else: cancelled or not", async () => {
  await using run = await start();
  for (const make of odd) {
    for (const isCancelled of [false, true]) {
      body = async (task) => {
        if (isCancelled) for (const other of task.app.backgroundTasks) other.cancel();
        throw make();
      };
      await run.state.run();
      await run.test.settle();
      expect(run.test.app.backgroundTasks.size).toBe(0);
    }
  }
  expect(run.test.errors).toHaveLength(2 * odd.length);
  expect(await run.state.add(1)).toBe(1);
});

it("2.3.14 and so it is where a lock's callback, or a handler, throws it", async () => {
  await using run = await start();
  for (let i = 0; i < odd.length; i += 1) {
    body = (task) =>
      task.lock(() => {
        throw odd[i]!();
      });
    await run.state.run();
    await run.test.settle();
    await expect(run.state.throwsOdd(i)).rejects.toMatchObject({ code: "EVENT_FAILED" });
  }
  expect(run.test.app.backgroundTasks.size).toBe(0);
  expect(run.test.errors).toHaveLength(2 * odd.length);
  expect(await run.state.add(1)).toBe(1);
});

it("2.3.14 an onError that rejects harms nothing", async () => {
  await using run = await start({ onError: async () => getterThrows() });
  body = async () => getterThrows();
  await run.state.run();
  await run.test.settle();
  await new Promise((resolve) => setImmediate(resolve));
  expect(run.test.logs.filter(({ message }) => /onError threw/.test(message))).toHaveLength(1);
});

it("2.3.6 a lock() on self whose await was forgotten is reported by name, in a handler and in a window; so is lock() of no function", async () => {
  await using run = await start();
  body = async (task) => {
    void (task as unknown as Locking).lock(undefined);
    await task.lock((self) => {
      void (self as unknown as Locking).lock(() => {});
      self.counter += 1;
    });
  };
  await run.state.run();
  await run.state.forgetsAwait();
  await run.test.advance(2_000);
  expect(run.state.counter).toBe(2);
  expect(run.test.errors.map(({ error, info }) => [`${info.kind} ${info.name}`, (error as Error).constructor])).toEqual(
    expect.arrayContaining([
      ["task FailState.run", TypeError],
      ["task FailState.run", ImmutableStateError],
      ["event FailState.forgetsAwait", ImmutableStateError],
    ]),
  );
  expect(run.test.errors).toHaveLength(3);
  expect(run.test.app.backgroundTasks.size).toBe(0);
});
