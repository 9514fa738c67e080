import type { Clock, Timer } from "../base/clock.ts";

/** How a page left: on purpose (closed, navigated away), or its connection was lost. */
export type Leaving = "left" | "lost";

/** For how long a page that is not connected still counts as there, in ms. */
export interface PresenceOptions {
  /** After a close on purpose: a reload comes back within this. */
  readonly closeGraceMs: number;
  /** After a lost connection. */
  readonly lostGraceMs: number;
}

/**
 * Whether the session's page is there.
 *
 * Life: absent (no page yet) → present (a connection) → leaving (no connection, within its grace time; a new connection makes it present
 * again) → gone (told once, to `onGone`) → present again if the page comes back after all.
 */
export class Presence {
  readonly #clock: Clock;
  readonly #options: PresenceOptions;
  readonly #tokens: Map<string, string>;
  readonly #token: string;
  readonly #onGone: (how: Leaving) => void;
  /** Set while leaving. */
  #timer: Timer | undefined;

  constructor(
    token: string,
    tokens: Map<string, string>,
    clock: Clock,
    options: PresenceOptions,
    onGone: (how: Leaving) => void,
  ) {
    this.#token = token;
    this.#tokens = tokens;
    this.#clock = clock;
    this.#options = options;
    this.#onGone = onGone;
  }

  /** True from the first connection until the page is judged gone. */
  get isPresent(): boolean {
    return this.#tokens.has(this.#token);
  }

  /** A connection is there; `sessionId` is its id. */
  arrive(sessionId: string): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#tokens.set(this.#token, sessionId);
  }

  /** The last connection has gone. */
  leave(how: Leaving): void {
    this.#timer?.cancel();
    const graceMs = how === "left" ? this.#options.closeGraceMs : this.#options.lostGraceMs;
    this.#timer = this.#clock.setTimer(graceMs, () => {
      this.#timer = undefined;
      this.#tokens.delete(this.#token);
      this.#onGone(how);
    });
  }

  /** Forgets the page without telling anybody: the session ends. */
  dispose(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#tokens.delete(this.#token);
  }
}
