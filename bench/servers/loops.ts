/** Row 3: tasks that take the lock in a tight loop, beside the page's own events and a timer. */
import { event, State, type Background } from "../../src/index.ts";
import { listenApp } from "../support/bench-app.ts";
import { serve } from "../support/serve.ts";

const TIMER_MS = 20;
let windows = 0;
let isOver = false;

class LoopState extends State {
  counter = 0;
  clicks = 0;

  @event click() {
    this.clicks += 1;
  }
  @event({ background: true }) async loop(this: Background<LoopState>) {
    while (!isOver) {
      await this.lock((self) => void (self.counter += 1));
      windows += 1;
    }
  }
  @event({ background: true }) async asyncLoop(this: Background<LoopState>) {
    while (!isOver) {
      await this.lock(async (self) => {
        self.counter += 1;
      });
      windows += 1;
    }
  }
}

let latestMs = 0;
let due = performance.now() + TIMER_MS;
setInterval(() => {
  const now = performance.now();
  latestMs = Math.max(latestMs, now - due);
  due = now + TIMER_MS;
}, TIMER_MS);

const { port } = await listenApp({ states: [LoopState] });
serve(port, {
  windows: () => windows,
  /** By how much the latest timer was late since it was asked last, in ms. */
  latest: () => {
    const late = latestMs;
    latestMs = 0;
    return late;
  },
  stop: () => void (isOver = true),
});
