/** The floor of row 3: a bare loop of `await undefined`, in a process of its own. */
import { serve } from "../support/serve.ts";

const BATCH = 10_000;

serve(0, {
  /** Bare awaits for each second of CPU time. */
  run: async (ms: number) => {
    let count = 0;
    const start = performance.now();
    const before = process.cpuUsage();
    while (performance.now() - start < ms) {
      for (let at = 0; at < BATCH; at += 1) await undefined;
      count += BATCH;
    }
    const { user, system } = process.cpuUsage(before);
    return (count * 1e6) / (user + system);
  },
});
