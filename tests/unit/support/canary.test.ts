import { afterEach, expect, test } from "vitest";
import { assertClean, CANARY, recordOutbound } from "../../support/canary.ts";
import { recordCalls } from "../../support/record-logs.ts";

afterEach(() => {
  try {
    assertClean();
  } catch {
    // What a failed test has seen must not fail the next one too.
  }
});

test("a text without the canary is clean", () => {
  recordOutbound("frame", '{"type":"update"}');
  expect(assertClean).not.toThrow();
});

test("the canary in a frame is told with what was around it, once, and without saying it again", () => {
  recordOutbound("frame", `{"_secret":"${CANARY}"}`);
  expect(assertClean).toThrow('frame: {"_secret":"<canary>"}');
  expect(assertClean).not.toThrow();
});

test("calls are recorded with all that their arguments hold", () => {
  const logged: unknown[] = [];
  const logger = { log: (value: unknown) => logged.push(value) };
  recordCalls("log", logger, ["log"]);
  logger.log({ nested: [{ _secret: CANARY, big: 1n }] });
  expect(assertClean).toThrow("log:");
  logger.log(new Error("outer", { cause: new Error(CANARY) }));
  expect(assertClean).toThrow("log:");
  logger.log(Object.assign(new Error("outer"), { data: CANARY }));
  expect(assertClean).toThrow("log:");
  logger.log("nothing");
  expect(assertClean).not.toThrow();
  expect(logged).toHaveLength(4);
});
