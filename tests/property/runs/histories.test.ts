import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { history } from "./commands.ts";

// RUNS_HISTORIES=100000 for a longer run, RUNS_SEED to repeat one.
const numRuns = Number(process.env["RUNS_HISTORIES"] ?? 1_500);
const seed = Number(process.env["RUNS_SEED"] ?? Date.now() % 2 ** 31);

// Retries wait three quarters of the ceiling.
beforeEach(() => void vi.spyOn(Math, "random").mockReturnValue(0.5));
afterEach(() => void vi.restoreAllMocks());

it("2.3.11 whatever happens, policies hold, and every run ends once, as those who asked for it are told", async () => {
  console.info(`RUNS_SEED=${seed}, ${numRuns} histories`);
  let histories = 0;
  await fc.assert(
    fc.asyncProperty(history, async ({ play }) => {
      await play();
      histories += 1;
    }),
    { numRuns, seed, endOnFailure: false },
  );
  expect(histories).toBeGreaterThanOrEqual(numRuns);
}, 600_000);
