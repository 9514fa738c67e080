/** Row 9: many tasks that sleep, lock and count; and the same with bare promises and Node's own timers. Each in a process of its own. */
import { event, State, type Background } from "../../src/index.ts";
import { listenApp } from "../support/bench-app.ts";
import { serve } from "../support/serve.ts";

class SleepState extends State {
  counter = 0;

  @event({ background: true }) async sleeper(this: Background<SleepState>, rounds: number, sleepMs: number) {
    for (let round = 0; round < rounds; round += 1) {
      await this.task.sleep(sleepMs);
      await this.lock((self) => void (self.counter += 1));
    }
  }
}

const { app, port } = await listenApp({ states: [SleepState], sessionTtlMs: 600_000 });
let tokens: string[] = [];
const bare: { counter: number }[] = [];
let bareRunning = 0;

async function bareSleeper(state: { counter: number }, rounds: number, sleepMs: number): Promise<void> {
  bareRunning += 1;
  for (let round = 0; round < rounds; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, sleepMs));
    state.counter += 1;
  }
  bareRunning -= 1;
}

serve(port, {
  /** Remembers the sessions of all that are connected. */
  remember: () => (tokens = [...app.eventNamespace.tokenToSid.keys()]).length,
  /** Starts so many tasks in each session. */
  start: async (tasks: number, rounds: number, sleepMs: number) => {
    for (const token of tokens)
      await app.modifyState(token, SleepState, (self) => {
        for (let at = 0; at < tasks; at += 1) self.trigger(SleepState).sleeper(rounds, sleepMs);
      });
  },
  startBare: (sessions: number, tasks: number, rounds: number, sleepMs: number) => {
    for (let at = 0; at < sessions; at += 1) {
      const state = { counter: 0 };
      bare.push(state);
      for (let task = 0; task < tasks; task += 1) void bareSleeper(state, rounds, sleepMs);
    }
  },
  running: () => app.backgroundTasks.size + bareRunning,
  /** What the sessions have counted to. */
  sums: async () => {
    const read = (token: string) => app.modifyState(token, SleepState, (self) => self.counter);
    return [...(await Promise.all(tokens.map(read))), ...bare.map(({ counter }) => counter)];
  },
});
