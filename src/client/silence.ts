import type { ClientClock } from "./client.ts";

/** How long the server has to answer. */
const ANSWER_MS = 3_000;

/** The longest that timers can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What the silence of a server leads to. */
export interface SilenceHost {
  /** Asks for a sign of life. */
  ask(): void;
  /** There was no answer. */
  giveUp(): void;
}

/**
 * Finds out that a connection is dead though nobody has closed it: where the server says nothing for twice as long as it should, or where there is reason to
 * doubt (`probe`), it is asked, and given up without an answer.
 *
 * A machine that has slept runs timers late, before it reads what has come: an answer that is due when its timer is late is asked for again.
 */
export class Silence {
  readonly #clock: ClientClock;
  readonly #host: SilenceHost;
  #maxMs = 0;
  #timer: unknown;
  #heardAt = 0;
  /** When the server was asked, or has last said something that is no answer; undefined once it has answered. */
  #askedAt: number | undefined;
  /** Whether it was asked again; in a hidden tab timers may be late each time. */
  #isAskedAgain = false;

  constructor(clock: ClientClock, host: SilenceHost) {
    this.#clock = clock;
    this.#host = host;
  }

  /** Begins to watch a connection whose server says something each `heartbeatMs`; 0: it need not, and is only probed. */
  start(heartbeatMs: number): void {
    this.#maxMs = 2 * heartbeatMs || Infinity;
    this.heard(true);
    this.#look();
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  /** Something has come from the server. If it is not an answer it may have been on its way before the line broke: an answer is still awaited, and has its whole time again. */
  heard(isAnswer: boolean): void {
    this.#heardAt = this.#clock.now();
    this.#askedAt = isAnswer || this.#askedAt === undefined ? undefined : this.#heardAt;
    this.#isAskedAgain = false;
  }

  /** Asks now, unless an answer is awaited. */
  probe(): void {
    if (this.#askedAt === undefined || this.#clock.now() - this.#askedAt > ANSWER_MS) this.#ask();
  }

  #ask(): void {
    this.#askedAt = this.#clock.now();
    this.#wait(ANSWER_MS);
    this.#host.ask();
  }

  #look(): void {
    const isAsked = this.#askedAt !== undefined;
    const maxMs = isAsked ? ANSWER_MS : this.#maxMs;
    const leftMs = (this.#askedAt ?? this.#heardAt) + maxMs - this.#clock.now();
    if (leftMs > 0) this.#wait(Math.min(leftMs, maxMs));
    else if (!isAsked) this.#ask();
    else if (leftMs < -ANSWER_MS && !this.#isAskedAgain) {
      this.#isAskedAgain = true;
      this.#ask();
    } else this.#host.giveUp();
  }

  #wait(ms: number): void {
    this.stop();
    this.#timer = this.#clock.setTimeout(() => this.#look(), Math.min(ms, MAX_TIMER_MS));
  }
}
