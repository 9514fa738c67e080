/** Rows 13 and 4 in the browser: a page of many rows. Serves the page that the driver has bundled. */
import { event, State, type Background } from "../../src/index.ts";
import { listenApp } from "../support/bench-app.ts";
import { serve } from "../support/serve.ts";

const FRAME_MS = 1_000 / 60;

export class RowsState extends State {
  rows: { id: number; value: number }[] = [];
  changes = 0;

  @event fill(count: number) {
    this.rows = Array.from({ length: count }, (_, id) => ({ id, value: 0 }));
    this.changes = 0;
  }
  /** Changes one row 60 times a second, always the same. */
  @event({ background: true }) async change(this: Background<RowsState>, index: number, times: number) {
    const start = performance.now();
    for (let at = 1; at <= times; at += 1) {
      await this.task.sleep(Math.max(0, start + at * FRAME_MS - performance.now()));
      await this.lock((self) => {
        self.rows[index]!.value += 1;
        self.changes += 1;
      });
    }
  }
  @event append() {
    this.rows.push({ id: this.rows.length, value: 0 });
  }
}

const { port } = await listenApp({ states: [RowsState], clientDir: process.env["BENCH_PAGE"]! });
serve(port);
