import type { AckMessage } from "../wire/messages.ts";
import type { ClientClock } from "./client.ts";

/** After so many updates the server is told. */
const MAX_UPDATES = 16;

/** After so long at the latest. */
const MAX_WAIT_MS = 1000;

/** Tells the server which updates of this connection the page has applied: now and then, not for each. */
export class Acks {
  readonly #clock: ClientClock;
  readonly #send: (message: AckMessage) => void;
  #applied = 0;
  #acked = 0;
  /** Runs while updates are not acknowledged. */
  #timer: unknown;

  constructor(clock: ClientClock, send: (message: AckMessage) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** One update more was applied. */
  count(): void {
    this.#applied += 1;
    if (this.#applied - this.#acked >= MAX_UPDATES) this.#tell();
    else this.#timer ??= this.#clock.setTimeout(() => this.#tell(), MAX_WAIT_MS);
  }

  /** The connection is gone; the next one counts from 0. */
  reset(): void {
    this.#applied = this.#acked = 0;
    this.#stopTimer();
  }

  #tell(): void {
    this.#stopTimer();
    this.#acked = this.#applied;
    this.#send({ type: "ack", updates: this.#acked });
  }

  #stopTimer(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
