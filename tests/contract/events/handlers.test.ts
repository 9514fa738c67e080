import { expect, it } from "vitest";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { event, PublicError, State, type Background } from "../../../src/index.ts";
import { createTestApp, type TestApp } from "../../../src/testing/index.ts";

let gate: Promise<void> = Promise.resolve();
const parsed: string[] = [];

const slowNumber: StandardSchemaV1<number> = {
  "~standard": {
    version: 1,
    vendor: "test",
    async validate(value) {
      await Promise.resolve();
      parsed.push(`parsed ${String(value)}`);
      return Number(value) < 100 ? { value: Number(value) } : { issues: [{ message: "too big" }] };
    },
  },
};

class DemoState extends State {
  a = 0;
  b = 0;
  c = 0;
  list: number[] = [];
  order: string[] = [];
  loads = 0;
  _secret = "canary-secret";

  @event set(a: number) {
    this.a = a;
    return { a: this.a, list: this.list };
  }
  @event async wait(name: string) {
    this.order.push(`${name} begins`);
    await gate;
    this.order.push(`${name} ends`);
  }
  @event mark(name: string) {
    this.order.push(name);
  }
  @event nothing() {}
  @event throwsLate() {
    this.a = 1;
    this.b = 2;
    this.list.push(3);
    throw new Error(`internal ${this._secret}`);
  }
  @event *yieldsThenThrows() {
    const { list } = this;
    this.a = 1;
    list.push(1);
    yield;
    this.a = 10;
    this.b = 20;
    list.push(2);
    throw new Error("after the yield");
  }
  @event async *steps() {
    const { list } = this;
    for (let i = 1; i <= 3; i += 1) {
      list.push(i);
      this.a = i;
      yield;
    }
    return "done";
  }
  @event refuses() {
    this.a = 99;
    throw new PublicError("Out of stock", { code: "STOCK", data: { left: new Map([["x", 0]]) } });
  }
  @event badResult() {
    this.a = 99;
    return () => {};
  }
  @event badValue() {
    this.a = 99;
    (this as unknown as { b: unknown }).b = { deep: [() => {}] };
  }
  @event({ args: [slowNumber] }) async checked(n: number) {
    parsed.push(`ran ${n}`);
    this.order.push(`checked ${n}`);
  }
  @event({ args: [z.object({ qty: z.coerce.number().int().min(1), tags: z.array(z.string()) })] }) submit(form: {
    qty: number;
    tags: string[];
  }) {
    this.a = form.qty;
    this.order = form.tags;
    return "saved";
  }
  @event calls() {
    this.set(5);
    this._helper();
    return this.a;
  }
  _helper() {
    this.b = 6;
  }
  plainHelper_ = 0;

  @event triggers() {
    this.order.push("triggering");
    const run = this.trigger(DemoState).mark("triggered");
    this.trigger(OtherState).note("from demo");
    this.order.push(typeof run.id);
  }
  @event triggersThenThrows() {
    this.trigger(DemoState).mark("never");
    this.trigger(DemoState).work();
    throw new Error("undone");
  }
  @event *triggersAtYield() {
    this.trigger(DemoState).mark("joined the queue");
    this.a = 1;
    yield;
    this.order.push("still in the handler");
  }
  @event argumentsAreCopied() {
    const names = ["first"];
    this.trigger(DemoState).markAll(names);
    names.push("too late");
  }
  @event markAll(names: string[]) {
    this.order.push(...names);
    names.push("the handler's own");
  }
  @event({ background: true }) async work(this: Background<DemoState>) {
    this.trigger(DemoState).mark("from a task");
    await this.lock((self) => {
      self.trigger(DemoState).mark("from a window");
      self.order.push("in the window");
    });
  }
  @event({ onLoad: true }) loaded() {
    this.loads += 1;
    this.order.push(`loaded ${this.loads}`);
  }
}

class OtherState extends State {
  notes: string[] = [];

  @event note(text: string) {
    this.notes.push(text);
  }
}

async function open() {
  const test = createTestApp({ states: [DemoState, OtherState] });
  const page = test.connect();
  const state = page.state(DemoState);
  const other = page.state(OtherState);
  await test.settle();
  return { test, page, state, other, [Symbol.asyncDispose]: () => test.close() };
}

function tokenOf(test: TestApp): string {
  return [...test.app.eventNamespace.tokenToSid.keys()][0]!;
}

it.each([
  "constructor",
  "toString",
  "hasOwnProperty",
  "__defineGetter__",
  "_helper",
  "a",
  "reset",
  "trigger",
  "getState",
  "nope",
])("2.2.1 %s can't be called from outside", async (name) => {
  await using run = await open();
  await expect(run.page.client.state(DemoState).call(name, [])).rejects.toMatchObject({ code: "UNKNOWN_EVENT" });
});

it("2.2.2 handlers of one session run one at a time, in the order sent; a left page's handler runs to its end", async () => {
  await using run = await open();
  let release = (): void => {};
  gate = new Promise((resolve) => (release = resolve));
  const calls = [run.state.wait("first"), run.state.mark("second"), run.state.wait("third")];
  await run.test.settle();
  const token = tokenOf(run.test);
  for (const call of calls) call.catch(() => {});
  run.page.leave();
  release();
  await run.test.settle();
  const order = await run.test.app.modifyState(token, DemoState, (self) => self.order);
  expect(order).toEqual(["loaded 1", "first begins", "first ends", "second", "third begins", "third ends"]);
});

it("2.2.2 a handler that awaits long is logged by name, with the advice to make it a background task", async () => {
  await using run = await open();
  let release = (): void => {};
  gate = new Promise((resolve) => (release = resolve));
  const waiting = run.state.wait("long");
  await run.test.advance(3_000);
  expect(run.test.logs.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/DemoState\.wait has held the lock for \d+ ms.*background task/),
  );
  release();
  await waiting;
});

it("2.2.3 a handler that throws is undone, nothing of it is sent, and the page learns an id that the log has too, nothing else", async () => {
  await using run = await open();
  const framesBefore = run.page.frames.length;
  const error = await run.state.throwsLate().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "EVENT_FAILED" });
  expect([run.state.a, run.state.b, run.state.list]).toEqual([0, 0, []]);
  const { errorId } = error as { errorId: string };
  expect(run.test.logs).toContainEqual(
    expect.objectContaining({ level: "error", fields: expect.objectContaining({ errorId }) as unknown }),
  );
  const received = run.page.frames.slice(framesBefore).filter(({ direction }) => direction === "received");
  expect(received.map(({ text }) => text).join()).not.toMatch(/canary|internal|\.ts|states/);
});

it("2.2.3 after a yield, what was committed at the yield stays, exactly, on the server and in the page", async () => {
  await using run = await open();
  await expect(run.state.yieldsThenThrows()).rejects.toMatchObject({ code: "EVENT_FAILED" });
  const expected = { a: 1, b: 0, list: [1] };
  expect({ a: run.state.a, b: run.state.b, list: run.state.list }).toEqual(expected);
  const onServer = await run.test.app.modifyState(tokenOf(run.test), DemoState, (self) => ({
    a: self.a,
    b: self.b,
    list: [...self.list],
  }));
  expect(onServer).toEqual(expected);
});

it("2.2.3 a PublicError reaches the page with its message, code and data", async () => {
  await using run = await open();
  const error = await run.state.refuses().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "PUBLIC", message: "Out of stock", reason: "STOCK" });
  expect([...(error as { data: { left: Map<string, number> } }).data.left]).toEqual([["x", 0]]);
  expect(run.state.a).toBe(0);
  expect(run.test.errors).toEqual([]);
});

it("2.1.4 a value or a result that can't be carried undoes the handler, and the log names its path", async () => {
  await using run = await open();
  await expect(run.state.badValue()).rejects.toMatchObject({ code: "EVENT_FAILED" });
  await expect(run.state.badResult()).rejects.toMatchObject({ code: "EVENT_FAILED" });
  expect(run.state.a).toBe(0);
  expect(run.test.errors.map(({ error }) => (error as { path: string }).path)).toEqual([
    "DemoState.b.deep[0]",
    "the result of DemoState.badResult",
  ]);
});

it("2.2.4 each yield commits and sends, and what was read before it stays writable", async () => {
  await using run = await open();
  const seen: unknown[] = [];
  const stop = run.page.client.state(DemoState).subscribe(() => seen.push([run.state.a, [...run.state.list]]));
  expect(await run.state.steps()).toBe("done");
  stop();
  expect(seen).toEqual([
    [1, [1]],
    [2, [1, 2]],
    [3, [1, 2, 3]],
  ]);
});

it("2.2.5 a handler's triggers start after its commit, join the end of the queue, and reach other states", async () => {
  await using run = await open();
  const calls = [run.state.triggers(), run.state.mark("sent by the page meanwhile")];
  await Promise.all(calls);
  await run.test.settle();
  expect(run.state.order.slice(0, 3)).toEqual(["loaded 1", "triggering", "string"]);
  expect(run.state.order.slice(3).toSorted()).toEqual(["sent by the page meanwhile", "triggered"]);
  expect(run.other.notes).toEqual(["from demo"]);
});

it("2.2.5 triggers are undone with their transaction", async () => {
  await using run = await open();
  await expect(run.state.triggersThenThrows()).rejects.toThrow();
  await run.test.settle();
  expect(run.state.order).toEqual(["loaded 1"]);
  expect(run.test.app.backgroundTasks.size).toBe(0);
});

it("2.2.5 a trigger before a yield joins the queue at that yield, behind the handler itself", async () => {
  await using run = await open();
  await run.state.triggersAtYield();
  await run.test.settle();
  expect(run.state.order).toEqual(["loaded 1", "still in the handler", "joined the queue"]);
});

it("2.2.5 arguments of trigger are copied; a task's trigger outside the lock acts at once, inside with its window", async () => {
  await using run = await open();
  await run.state.argumentsAreCopied();
  await run.test.settle();
  expect(run.state.order).toEqual(["loaded 1", "first"]);
  await run.state.work();
  await run.test.settle();
  expect(run.state.order.slice(2)).toEqual(["from a task", "in the window", "from a window"]);
});

it("2.2.5 a handler called directly is a plain call in the same transaction", async () => {
  await using run = await open();
  expect(await run.state.calls()).toBe(5);
  expect([run.state.a, run.state.b]).toEqual([5, 6]);
});

it("2.2.6 a call's promise gives the result when the page has the commit, also when nothing changed, and without a subscription", async () => {
  await using run = await open();
  const seenAtResult = run.state.set(7).then((result) => [result, run.state.a]);
  expect(await seenAtResult).toEqual([{ a: 7, list: [] }, 7]);
  expect(await run.state.nothing()).toBeUndefined();
  const other = run.test.connect();
  await run.test.settle();
  expect(await other.client.state(DemoState).call("set", [3])).toEqual({ a: 3, list: [] });
});

it("2.2.7 arguments are parsed once, in queue order, before the lock is taken", async () => {
  await using run = await open();
  parsed.length = 0;
  await Promise.all([run.state.checked(1), run.state.checked(2)]);
  expect(parsed).toEqual(["parsed 1", "ran 1", "parsed 2", "ran 2"]);
  await expect(run.state.checked(100)).rejects.toMatchObject({
    code: "INVALID_ARGUMENTS",
    issues: [{ message: "too big", path: [] }],
  });
});

it("2.2.7 a schema's issues reach the page, with the path within the one object", async () => {
  await using run = await open();
  const error = await run.state.submit({ qty: 0, tags: ["x"] }).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "INVALID_ARGUMENTS", issues: [{ path: ["qty"] }] });
  const form = new FormData();
  form.append("qty", "3");
  form.append("tags", "a");
  form.append("tags", "b");
  expect(await run.state.submit(form)).toBe("saved");
  expect([run.state.a, run.state.order]).toEqual([3, ["a", "b"]]);
});

class SchemaState extends State {
  seen: unknown[] = [];

  @event({ args: [v.pipe(v.string(), v.minLength(2, "too short"))] }) valibot(text: string) {
    this.seen.push(text);
  }
  @event({ args: [type("string >= 2")] }) arktype(text: string) {
    this.seen.push(text);
  }
  @event({ args: [z.string().min(2, "too short"), z.number().default(7)] }) zod(text: string, n?: number) {
    this.seen.push(text, n);
  }
}

it("2.2.7 schemas of any library that follows the Standard Schema convention are taken; too many arguments are refused", async () => {
  await using test = createTestApp({ states: [SchemaState] });
  const state = test.connect().state(SchemaState);
  await test.settle();
  for (const take of [state.valibot, state.arktype, state.zod]) {
    await expect(take("x")).rejects.toMatchObject({
      code: "INVALID_ARGUMENTS",
      issues: [{ message: expect.any(String) as string }],
    });
    await take("xy");
  }
  expect(state.seen).toEqual(["xy", "xy", "xy", 7]);
  await expect((state.valibot as (...args: unknown[]) => Promise<unknown>)("xy", 1)).rejects.toMatchObject({
    code: "INVALID_ARGUMENTS",
  });
});

it("2.2.9 onLoad runs once for each document, not again at a reconnect", async () => {
  await using run = await open();
  expect(run.state.loads).toBe(1);
  run.page.disconnect();
  await run.test.settle();
  run.page.reconnect();
  await run.test.settle();
  expect(run.state.loads).toBe(1);
  run.page.leave();
  const reloaded = run.test.connect({ storage: run.page.storage });
  const again = reloaded.state(DemoState);
  const called = run.test.settle();
  await called;
  expect(again.loads).toBe(2);
});
