import type { Clock, Timer } from "../base/clock.ts";
import type { BackgroundTask } from "../state/app-handle.ts";

/** How many different tasks one report names. */
const MAX_NAMES = 8;

/**
 * Notices, once it is over, that the whole process could do nothing for a while: code that runs for long without an `await` stops every page and every cancellation, and neither
 * the lock nor the signal can see it. Looks only while background tasks run.
 */
export class LoopWatch {
  readonly #clock: Clock;
  readonly #slowMs: number;
  readonly #tasks: ReadonlySet<BackgroundTask>;
  readonly #report: (blockedMs: number, names: readonly string[]) => void;
  #timer: Timer | undefined;

  /** @param report is told how long, and which tasks were running: it was one of them, a handler, or other code of the process. */
  constructor(
    clock: Clock,
    slowMs: number,
    tasks: ReadonlySet<BackgroundTask>,
    report: (blockedMs: number, names: readonly string[]) => void,
  ) {
    this.#clock = clock;
    this.#slowMs = slowMs;
    this.#tasks = tasks;
    this.#report = report;
  }

  /** Call when a task begins. */
  start(): void {
    if (this.#timer === undefined) this.#look();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #look(): void {
    const due = this.#clock.now() + this.#slowMs;
    // Taken now: what kept the process busy may have ended by then.
    const running = new Set(Array.from(this.#tasks, ({ name }) => name));
    this.#timer = this.#clock.setTimer(
      this.#slowMs,
      () => {
        this.#timer = undefined;
        const lateMs = this.#clock.now() - due;
        for (const { name } of this.#tasks) running.add(name);
        if (lateMs >= this.#slowMs) this.#report(lateMs, [...running].slice(0, MAX_NAMES));
        if (this.#tasks.size > 0) this.#look();
      },
      false,
    );
  }
}
