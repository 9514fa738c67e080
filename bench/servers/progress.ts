/** What reporting progress costs: a task that reports as fast as it can, and the same loop without a task. */
import { setImmediate as turn } from "node:timers/promises";
import { event, State, type Background } from "../../src/index.ts";
import { listenApp } from "../support/bench-app.ts";
import { serve } from "../support/serve.ts";

/** So often the loop lets others have a turn, as a task that computes has to. */
const REPORTS_IN_ROW = 1_000;

let tookMs = 0;

class ProgressState extends State {
  @event({ background: true }) async work(this: Background<ProgressState>, total: number) {
    const startedAt = performance.now();
    for (let value = 1; value <= total; value += 1) {
      this.task.report({ value, total, message: "working" });
      if (value % REPORTS_IN_ROW === 0) await turn();
    }
    tookMs = performance.now() - startedAt;
  }
}

const { app, port } = await listenApp({ states: [ProgressState] });
let seen: object | undefined;

serve(port, {
  running: () => app.backgroundTasks.size,
  tookMs: () => tookMs,
  bare: async (total: number) => {
    const startedAt = performance.now();
    for (let value = 1; value <= total; value += 1) {
      seen = { value, total, message: "working" };
      if (value % REPORTS_IN_ROW === 0) await turn();
    }
    return seen === undefined ? 0 : performance.now() - startedAt;
  },
});
