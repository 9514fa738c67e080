import type { Clock } from "../base/clock.ts";
import type { Linked } from "../sessions/linked-queue.ts";
import { QuietPromise } from "../sessions/observed-promise.ts";
import type { Cancellable, Cancellation } from "./cancellation.ts";
import type { SleepList } from "./sleep-list.ts";

/** A task that sleeps: waits for its list to wake it, or for its cancellation. There may be very many of them: the one object holds all. */
export class Sleep implements Cancellable, Linked<Sleep> {
  previous: Sleep | undefined = undefined;
  next: Sleep | undefined = undefined;
  readonly promise: QuietPromise<void>;
  /** By the clock. */
  readonly due: number;
  /** Whether the process has to go on for it. */
  keepsAlive: boolean;
  readonly #list: SleepList;
  readonly #cancellation: Cancellation;

  constructor(
    list: SleepList,
    clock: Clock,
    cancellation: Cancellation,
    keepsAlive: boolean,
    report: (error: unknown) => void,
  ) {
    this.promise = QuietPromise.pending(clock, report);
    this.due = clock.now() + list.ms;
    this.keepsAlive = keepsAlive;
    this.#list = list;
    this.#cancellation = cancellation;
    cancellation.add(this);
    list.add(this);
  }

  /** Its time has come. */
  wake(): void {
    this.#cancellation.remove(this);
    this.promise.fulfill();
  }

  cancel(reason: unknown): boolean {
    this.#list.remove(this);
    this.promise.failQuietly(reason);
    return true;
  }

  letGo(): void {
    this.#list.letGo(this);
  }
}
