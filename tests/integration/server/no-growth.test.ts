import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const SESSIONS = 100_000;

it(`2.4.4 nothing grows over ${SESSIONS} sessions that came and went, and onExpire saw each`, async () => {
  const script = fileURLToPath(new URL("many-sessions.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--expose-gc",
    ...["--import", "tsx", script, String(SESSIONS)],
  ]);
  const { expired, results, heap, left } = JSON.parse(stdout) as {
    expired: number;
    results: number;
    heap: number[];
    left: object;
  };
  console.info(`heap in MB, after each tenth: ${heap.join(", ")}`);
  expect([expired, results]).toEqual([SESSIONS, SESSIONS]);
  expect(left).toEqual({ tokens: 0, tasks: 0, timers: 0 });
  // What the process itself compiles and caches it has by the first tenth. Ten bytes a session would be 1 MB.
  expect(heap.at(-1)! - heap[1]!).toBeLessThan(1);
}, 120_000);
