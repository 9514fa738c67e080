import type { Clock } from "../base/clock.ts";
import type { Scheduler } from "../sessions/scheduler.ts";
import type { QuietPromise } from "../sessions/observed-promise.ts";
import type { Cancellation } from "./cancellation.ts";
import { SleepList } from "./sleep-list.ts";
import { Sleep } from "./sleep.ts";

/** All sleeping tasks of the app, by how long they sleep. */
export class Sleeps {
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #lists = new Map<number, SleepList>();

  constructor(clock: Clock, scheduler: Scheduler) {
    this.#clock = clock;
    this.#scheduler = scheduler;
  }

  /** Settles after `ms`, or when `cancellation` says so. */
  sleep(
    ms: number,
    cancellation: Cancellation,
    keepsAlive: boolean,
    report: (error: unknown) => void,
  ): QuietPromise<void> {
    const length = Math.max(0, ms);
    let list = this.#lists.get(length);
    if (list === undefined) {
      list = new SleepList(length, this.#clock, this.#scheduler, () => this.#lists.delete(length));
      this.#lists.set(length, list);
    }
    return new Sleep(list, this.#clock, cancellation, keepsAlive, report).promise;
  }
}
