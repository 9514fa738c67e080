import { expect, it } from "vitest";
import { event, StateSerializationError, State, type Background } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";
import { shown } from "../../property/plain-values.ts";
import { CANARY } from "../../support/canary.ts";

class UsedState extends State {
  shared: unknown = null;
  log: unknown[] = [];
  _internal = CANARY;

  @event take(value: unknown) {
    this.shared = value;
  }
  @event takeAndChange(value: number[]) {
    this.shared = value;
    value.push(99);
    return value;
  }
  @event giveFunction() {
    this.log.push("never");
    return { deep: [() => {}] };
  }
  @event giveInstance() {
    return new (class Money {
      amount = 1;
    })();
  }
  @event triggerWith(kind: string) {
    this.log.push("never, or as triggered");
    const list = [1];
    this.trigger(UsedState).take(kind === "function" ? () => {} : list);
    list.push(2);
  }
  @event symbolWrite() {
    (this as unknown as Record<symbol, unknown>)[Symbol("hidden")] = 1;
  }
  @event nestedWrite() {
    Object.assign(this, { alsoUndeclared: 1 });
  }
  @event failWithSecret() {
    throw new Error("an error of the handler's own");
  }
  @event({ background: true }) async work(this: Background<UsedState>, value: unknown) {
    await this.lock((self) => void (self.log = [shown(value)]));
  }
}

class UnusedState extends State {
  heavy = "not for this page";
}

async function open() {
  const test = createTestApp({ states: [UsedState, UnusedState] });
  const page = test.connect();
  const state = page.state(UsedState);
  await test.settle();
  return { test, page, state, [Symbol.asyncDispose]: () => test.close() };
}

it("2.1.1 a page receives only the states that it uses, its backend names never", async () => {
  await using run = await open();
  await run.state.take(1);
  const received = run.page.frames.map(({ text }) => text).join("\n");
  expect(received).toContain("UsedState");
  expect(received).not.toMatch(/UnusedState|not for this page|_internal/);
  expect(Object.keys(run.state).toSorted()).toEqual(expect.arrayContaining(["shared", "log", "take", "work"]));
  expect("_internal" in run.state).toBe(false);
});

it("2.1.1 a name that is a symbol, and names put in by Object.assign, are refused like any other", async () => {
  await using run = await open();
  await expect(run.state.symbolWrite()).rejects.toThrow();
  await expect(run.state.nestedWrite()).rejects.toThrow();
  expect(run.test.errors.map(({ error }) => (error as { code: string }).code)).toEqual([
    "UNDECLARED_VAR",
    "UNDECLARED_VAR",
  ]);
});

it("2.1.1 a constructor takes no arguments: the compiler says so", () => {
  class NeedsArguments extends State {
    value: number;
    constructor(value: number) {
      super();
      this.value = value;
    }
  }
  // @ts-expect-error a constructor with a parameter
  const test = createTestApp({ states: [NeedsArguments] });
  return test.close();
});

it("2.1.4 arguments belong to the handler: what it assigns is copied at its commit, what it changes is in", async () => {
  await using run = await open();
  const given = [1];
  expect(await run.state.takeAndChange(given)).toEqual([1, 99]);
  expect(run.state.shared).toEqual([1, 99]);
  expect(given).toEqual([1]);
});

it.each([
  ["a function", () => ({ deep: [() => {}] }), /deep.*0/],
  ["a symbol", () => [Symbol("s")], /0/],
  ["a class instance", () => ({ when: new (class Moment {})() }), /when.*Moment/],
  [
    "a cycle",
    () => {
      const loop: Record<string, unknown> = {};
      loop["self"] = loop;
      return loop;
    },
    /self/,
  ],
  ["a key __proto__", () => JSON.parse('{"__proto__": 1}') as unknown, /__proto__/],
])("2.1.4 an argument that is %s is refused in the page, naming its path", async (_, make, message) => {
  await using run = await open();
  const refused: unknown = await run.state.take(make()).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(StateSerializationError);
  expect((refused as Error).message).toMatch(message);
  expect(run.test.errors).toEqual([]);
});

it("2.1.4 a result that can't be carried is refused with its path, and what the handler wrote is undone", async () => {
  await using run = await open();
  await expect(run.state.giveFunction()).rejects.toMatchObject({ code: "EVENT_FAILED" });
  await expect(run.state.giveInstance()).rejects.toMatchObject({ code: "EVENT_FAILED" });
  expect(run.test.errors.map(({ error }) => (error as { path?: string }).path)).toEqual([
    "the result of UsedState.giveFunction.deep[0]",
    "the result of UsedState.giveInstance",
  ]);
  expect(run.state.log).toEqual([]);
});

it("2.1.4 arguments of trigger are copied when it is called, and refused like others", async () => {
  await using run = await open();
  await run.state.triggerWith("list");
  await run.test.settle();
  expect(run.state.shared).toEqual([1]);
  await expect(run.state.triggerWith("function")).rejects.toThrow();
  expect(run.test.errors.at(-1)!.error).toBeInstanceOf(StateSerializationError);
  expect(run.state.log).toEqual(["never, or as triggered"]);
});

it("2.1.4 a task's arguments are carried as they are", async () => {
  await using run = await open();
  const value = { big: 5n, map: new Map([[NaN, -0]]), never: new Date(NaN), gone: undefined };
  await run.state.work(value);
  await run.test.settle();
  expect(run.state.log).toEqual([shown(value)]);
});

it("2.1.2 an error of the server says nothing of backend vars to the page", async () => {
  await using run = await open();
  const refused = (await run.state.failWithSecret().catch((error: unknown) => error)) as Error;
  expect(refused.message).toMatch(/failed on the server \(error id/);
  const { frames } = run.page;
  for (const text of [...frames.map((frame) => frame.text), JSON.stringify(run.test.logs), run.test.app.htmlData()])
    expect(text).not.toContain(CANARY);
});
