import type { Clock, Timer } from "../base/clock.ts";

/** Who is looked after: a connection. */
interface Beating {
  beat(): void;
}

/** One timer for all connections: each is looked at every `intervalMs` while there are any. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #all: Iterable<Beating>;
  #timer: Timer | undefined;

  constructor(clock: Clock, intervalMs: number, all: Iterable<Beating>) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#all = all;
  }

  start(): void {
    this.#timer ??= this.#clock.setTimer(
      this.#intervalMs,
      () => {
        this.#timer = undefined;
        this.start();
        for (const each of this.#all) each.beat();
      },
      false,
    );
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
