import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { commands } from "./commands.ts";
import { MemoryChannel } from "./memory-channel.ts";
import { World } from "./world.ts";

// SURVIVE_RUNS=100000 for a longer run, SURVIVE_SEED to repeat one.
const numRuns = Number(process.env["SURVIVE_RUNS"] ?? 1_500);
const seed = Number(process.env["SURVIVE_SEED"] ?? Date.now() % 2 ** 31);

afterEach(() => void vi.unstubAllGlobals());

it.each([
  ["tabs can ask each other", true],
  ["only the server can tell tabs apart", false],
])(
  "2.4.4 whatever happens, page and server agree, and every event runs once or is said not to have (%s)",
  async (_, hasChannel) => {
    vi.stubGlobal("BroadcastChannel", hasChannel ? MemoryChannel : undefined);
    console.info(`SURVIVE_SEED=${seed}, ${numRuns} histories`);
    let histories = 0;
    await fc.assert(
      fc.asyncProperty(fc.commands(commands(hasChannel), { maxCommands: 25 }), async (history) => {
        const world = new World();
        await world.open();
        await world.check();
        await fc.asyncModelRun(() => ({ model: {}, real: world }), history);
        await world.heal();
        await world.end();
        histories += 1;
      }),
      { numRuns, seed, endOnFailure: false },
    );
    expect(histories).toBeGreaterThanOrEqual(numRuns);
  },
  600_000,
);
