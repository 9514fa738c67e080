/** Row 10: sessions whose task commits 20 times a second. */
import { event, State, type Background } from "../../src/index.ts";
import { listenApp } from "../support/bench-app.ts";
import { serve } from "../support/serve.ts";

const PACE_MS = 50;
let commits = 0;

class PacedState extends State {
  counter = 0;
  _stop = false;

  @event stop() {
    this._stop = true;
  }
  @event({ background: true }) async run(this: Background<PacedState>) {
    for (;;) {
      await this.task.sleep(PACE_MS);
      const goesOn = await this.lock((self) => {
        if (self._stop) return false;
        self.counter += 1;
        return true;
      });
      if (!goesOn) return;
      commits += 1;
    }
  }
}

const { app, port } = await listenApp({ states: [PacedState] });
serve(port, { commits: () => commits, running: () => app.backgroundTasks.size });
