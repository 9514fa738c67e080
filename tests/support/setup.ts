import { afterAll, expect } from "vitest";
import { assertClean } from "./canary.ts";
import { leaksBeyond, openResources, traceResources } from "./leaks.ts";
import { recordLogs } from "./record-logs.ts";

// Runs before each test file. An unhandled rejection or exception fails the run by itself: vitest sees to that.

recordLogs();
const openTraces = process.env["TRACE_LEAKS"] === undefined ? undefined : traceResources();
const baseline = openResources();

afterAll(async () => {
  const leaks = await leaksBeyond(baseline);
  if (leaks.length > 0) {
    const { testPath = "this file" } = expect.getState();
    const where = openTraces?.().join("\n\n") ?? "Run it with TRACE_LEAKS=1 to see where they were made.";
    throw new Error(`Still open after ${testPath}: ${leaks.join(", ")}.\n${where}`);
  }
});

afterAll(assertClean);
