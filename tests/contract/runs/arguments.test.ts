import { expect, it } from "vitest";
import { event, PublicError, State, type Background, type Run } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";

const seen: unknown[] = [];

class KeyState extends State {
  @event({
    background: true,
    policy: "queue",
    key: (names: string[]) => {
      const [first] = names;
      if (first === "bad") throw new Error("no key");
      if (first === "public") throw new PublicError("no key for you");
      return first === "none" ? (undefined as never) : first!;
    },
  })
  async keyed(this: Background<KeyState>, names: string[]) {
    seen.push([...names]);
  }
}

async function start() {
  seen.length = 0;
  const test = createTestApp({ states: [KeyState] });
  const state = test.connect().state(KeyState);
  await test.settle();
  return { test, state, [Symbol.asyncDispose]: () => test.close() };
}

it("a key that throws, or gives no key, refuses the start, is reported once, and leaves nothing behind", async () => {
  await using run = await start();
  await expect(run.state.keyed(["bad"])).rejects.toMatchObject({ code: "EVENT_FAILED" });
  await expect(run.state.keyed(["none"])).rejects.toMatchObject({ code: "EVENT_FAILED" });
  await expect(run.state.keyed(["public"])).rejects.toMatchObject({ code: "PUBLIC" });
  expect(run.test.errors.map(({ error }) => (error as Error).message)).toEqual([
    "no key",
    expect.stringContaining("The key of KeyState.keyed gave a undefined"),
  ]);
  expect(run.test.app.backgroundTasks.size).toBe(0);
  await (
    await run.state.keyed(["good"])
  ).result;
  expect(seen).toEqual([["good"]]);
});

it("a key that throws where a task is triggered fails the handle, and is reported", async () => {
  await using run = await start();
  const [token] = run.test.app.eventNamespace.tokenToSid.keys();
  const handles: Run[] = [];
  await run.test.app.modifyState(token!, KeyState, (self) => {
    for (const name of ["bad", "public", "good"]) handles.push(self.trigger(KeyState).keyed([name]));
  });
  await expect(handles[0]!.result).rejects.toThrow("no key");
  await expect(handles[1]!.result).rejects.toThrow("no key for you");
  await handles[2]!.result;
  expect(handles.map(({ status }) => status)).toEqual(["failed", "failed", "succeeded"]);
  expect(run.test.errors.map(({ error }) => (error as Error).message)).toEqual(["no key", "no key for you"]);
});
