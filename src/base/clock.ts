/** A timer that was set and may be cancelled. */
export interface Timer {
  cancel(): void;
}

/** Time, and things to do later: the system's, or one that a test moves by hand. */
export interface Clock {
  /** Milliseconds since some moment; never goes back. */
  now(): number;
  /** Milliseconds since the epoch. */
  wallNow(): number;
  /** Calls back once, after `ms` milliseconds at the earliest. A timer does not keep the process alive by itself where `keepsAlive` is false. */
  setTimer(ms: number, callback: () => void, keepsAlive?: boolean): Timer;
}

/** The longest delay that the system's timers take. */
const MAX_DELAY_MS = 2 ** 31 - 1;

class SystemTimer implements Timer {
  #handle: ReturnType<typeof setTimeout>;

  constructor(ms: number, callback: () => void, keepsAlive: boolean) {
    this.#handle = this.#set(ms, callback, keepsAlive);
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }

  #set(ms: number, callback: () => void, keepsAlive: boolean): ReturnType<typeof setTimeout> {
    const handle: ReturnType<typeof setTimeout> =
      ms <= MAX_DELAY_MS
        ? setTimeout(callback, ms)
        : setTimeout(() => {
            this.#handle = this.#set(ms - MAX_DELAY_MS, callback, keepsAlive);
          }, MAX_DELAY_MS);
    if (!keepsAlive) (handle as { unref?: () => void }).unref?.();
    return handle;
  }
}

/** The system's clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimer: (ms, callback, keepsAlive = true) => new SystemTimer(ms, callback, keepsAlive),
};
