import { expect, it } from "vitest";
import { event, State } from "../../../src/index.ts";
import { DROPPED, formAction, stateRef, withOptions, type ErrorInfo } from "../../../src/client/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";
import { z } from "zod";

class CallState extends State {
  received: unknown[] = [];

  @event take(...args: unknown[]) {
    this.received.push(args);
    return args.length;
  }
  @event fail() {
    throw new Error("no");
  }
  @event({
    args: [
      z.object({
        name: z.string().min(2, "too short"),
        age: z.coerce.number().min(1, "too young"),
        tag: z.union([z.string(), z.array(z.string())]).optional(),
      }),
    ],
  })
  submit(form: { name: string; age: number; tag?: string | string[] | undefined }) {
    this.received.push(form);
    return form.name;
  }
}

async function open() {
  const test = createTestApp({ states: [CallState] });
  const errors: { error: unknown; info: ErrorInfo }[] = [];
  let wake = (): void => {};
  const page = test.connect({
    client: {
      onError: (error, info) => {
        errors.push({ error, info });
        wake();
      },
    },
  });
  /** Settles when so many errors were reported. */
  const reported = async (count: number): Promise<void> => {
    while (errors.length < count) await new Promise<void>((resolve) => (wake = resolve));
  };
  const state = page.state(CallState);
  await test.settle();
  return { test, page, state, errors, reported, [Symbol.asyncDispose]: () => test.close() };
}

it("2.2.8 a DOM or React event object that is passed straight on is not sent", async () => {
  await using run = await open();
  const take = run.state.take as (...args: unknown[]) => Promise<unknown>;
  await take(new Event("click"));
  await take({ nativeEvent: new Event("click"), type: "click", target: {}, preventDefault() {} });
  await take(1, "two");
  expect(run.state.received).toEqual([[], [], [1, "two"]]);
});

it("2.2.8 a rejection that nobody handles goes to onError, one that somebody handles does not", async () => {
  await using run = await open();
  void run.state.fail();
  await run.reported(1);
  expect(run.errors).toMatchObject([{ error: { code: "EVENT_FAILED" }, info: { state: "CallState", event: "fail" } }]);
  await expect(run.state.fail()).rejects.toMatchObject({ code: "EVENT_FAILED" });
  await run.state.fail().catch(() => {});
  // Reported in order: had one of those two been, it would be here before this one.
  void run.page.client.state(CallState).call("nothing", []);
  await run.reported(2);
  expect(run.errors.map(({ info }) => info.event)).toEqual(["fail", "nothing"]);
});

it("2.2.8 debounce: of calls in quick succession only the last is sent, the others resolve as dropped", async () => {
  await using run = await open();
  const take = withOptions(run.state.take, { debounce: 200 });
  const calls = [take("a"), take("b"), take("c")];
  await run.test.advance(199);
  expect(run.state.received).toEqual([]);
  await run.test.advance(1);
  expect(await Promise.all(calls)).toEqual([DROPPED, DROPPED, 1]);
  expect(run.state.received).toEqual([["c"]]);
});

it("2.2.8 a debounced call that waits is sent before a later call", async () => {
  await using run = await open();
  const typed = withOptions(run.state.take, { debounce: 200 })("typed");
  await run.state.take("clicked");
  expect(await typed).toBe(1);
  expect(run.state.received).toEqual([["typed"], ["clicked"]]);
});

it("2.2.8 temporal: dropped while disconnected; other calls wait and are sent in order", async () => {
  await using run = await open();
  run.page.disconnect();
  await run.test.settle();
  const dropped = withOptions(run.state.take, { temporal: true })("cursor");
  const waiting = [run.state.take("first"), run.state.take("second")];
  expect(await dropped).toBe(DROPPED);
  run.page.reconnect();
  expect(await Promise.all(waiting)).toEqual([1, 1]);
  expect(run.state.received).toEqual([["first"], ["second"]]);
});

it("2.2.8 options that are the same give the same function", async () => {
  await using run = await open();
  expect(run.state.take).toBe(run.state.take);
  expect(withOptions(run.state.take, { debounce: 1 })).toBe(withOptions(run.state.take, { debounce: 1 }));
});

it("2.2.8 FormData is taken where a handler takes one object: repeated keys become arrays, an empty file is skipped, a file is a clear error", async () => {
  await using run = await open();
  const form = new FormData();
  form.append("name", "Ada");
  form.append("age", "36");
  form.append("tag", "a");
  form.append("tag", "b");
  form.append("photo", new File([], ""));
  expect(await run.state.submit(form)).toBe("Ada");
  expect(run.state.received).toEqual([{ name: "Ada", age: 36, tag: ["a", "b"] }]);
  form.append("photo", new File(["x"], "x.png"));
  await expect(run.state.submit(form)).rejects.toMatchObject({ code: "FILE_UPLOAD", field: "photo" });
});

it("2.2.8 formAction gives the result, or the issues by field; other errors reject", async () => {
  await using run = await open();
  const action = formAction(run.state.submit);
  const form = new FormData();
  form.append("name", "A");
  form.append("age", "0");
  expect(await action(null, form)).toEqual({ issues: { name: ["too short"], age: ["too young"] } });
  form.set("name", "Ada");
  form.set("age", "3");
  expect(await action(null, form)).toEqual({ result: "Ada" });
});

it("a ref made by hand stands for the class", async () => {
  await using run = await open();
  const state = run.page.state(stateRef<CallState>("CallState"));
  await run.test.settle();
  expect(await state.take(1)).toBe(1);
});
