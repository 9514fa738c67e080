import type { Clock, Timer } from "../base/clock.ts";
import { isCancelled, TaskCancelledError, type CancelReason } from "../base/errors.ts";
import { guardSignal, hasListeners } from "./task-signal.ts";

/** A lock or a sleep that waits. */
export interface Cancellable {
  /** Waits no more, and rejects with `reason`. False where the task may not know by that: what it waits for has come (the lock was granted), and then it stays. */
  cancel(reason: unknown): boolean;
  /** The task has ended: what still waits (a sleep that lost a race) keeps nothing alive. */
  letGo?(): void;
}

/** What a task's cancellation tells. */
export interface CancellationObserver {
  /** The task goes on, and its grace time is over. */
  overdue(): void;
  /** A listener of the signal threw, or rejected. */
  listenerFailed(error: unknown): void;
}

/** How soon after the signal what listens to it has rejected, and the clean-up that follows has begun. */
const HEARD_MS = 100;

/** How often an abandoned task's locks and sleeps still reject, each later than the one before, before they never settle. */
const LAST_REFUSAL_DELAYS_MS = [0, 100, 1_000];

/**
 * A task's cancellation.
 *
 * Life: quiet → `begin`: the signal aborts and every pending wait rejects once; where none was pending, the next wait does → grace: waits are granted again, so that `catch` and `finally` can put the state right → over (`onOverdue`): waits are refused a few
 * times, ever later, and then never settle.
 */
export class Cancellation {
  /** What the task's waits reject with, once it is cancelled. */
  error: TaskCancelledError | undefined;
  readonly #taskName: string;
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #observer: CancellationObserver;
  /** Where there is one, which is what a task mostly has, it is not worth a set. */
  #waits: Cancellable | Set<Cancellable> | undefined;
  /** Made when it is first asked for: it is ten times the size of the rest. */
  #controller: AbortController | undefined;
  #isOwed = false;
  /** Until then a wait says that a listener of the signal has told the task, so that it is not owed any more. */
  #heardUntil = 0;
  #isOverdue = false;
  #isOver = false;
  #refusals = 0;
  #timer: Timer | undefined;

  constructor(taskName: string, clock: Clock, graceMs: number, observer: CancellationObserver) {
    this.#taskName = taskName;
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#observer = observer;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      guardSignal(
        this.#controller.signal,
        (error) => this.#observer.listenerFailed(error),
        () => this.#hear(),
      );
      if (this.error !== undefined) this.#controller.abort(this.error);
    }
    return this.#controller.signal;
  }

  begin(reason: CancelReason): void {
    if (this.error !== undefined) return;
    this.error = new TaskCancelledError(this.#taskName, reason);
    const isHeard = this.#controller !== undefined && hasListeners(this.#controller.signal);
    this.#isOwed = !this.#rejectWaits();
    // What listens (a `fetch`) rejects by itself, and a wait that follows at once belongs to the clean-up. But a `fetch` that is over still listens, too, and tells nobody.
    if (isHeard) this.#hear();
    this.#timer = this.#clock.setTimer(this.#graceMs, () => {
      this.#isOverdue = true;
      this.#rejectWaits();
      this.#observer.overdue();
    });
    this.#controller?.abort(this.error);
  }

  /** The task has ended. */
  end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.endAttempt();
  }

  /** What still waits waits for nobody: to be told that the task was cancelled is up to the next attempt. */
  endAttempt(): void {
    for (const wait of this.#allWaits()) wait.letGo?.();
    this.#waits = undefined;
  }

  /** A rejected promise where a wait must not be granted now, else undefined. */
  refuse<T>(): Promise<T> | undefined {
    if (this.error === undefined) return undefined;
    if (this.#takeOwed()) return Promise.reject<T>(this.error);
    if (!this.#isOverdue) return undefined;
    const delayMs = LAST_REFUSAL_DELAYS_MS[this.#refusals];
    this.#refusals += 1;
    const { error } = this;
    return new Promise<T>((_, reject) => {
      if (delayMs !== undefined) this.#clock.setTimer(delayMs, () => reject(error), false);
    });
  }

  /**
   * Waits for what is no lock and no sleep: a cancellation rejects it, too. As with a listener of the signal nobody knows whether the task waits for it just now: if no lock or sleep follows
   * at once, the next one still rejects.
   */
  during<T>(source: Promise<T>): Promise<T> {
    // What the task has left behind is for others.
    if (this.#isOver) return source;
    if (this.error !== undefined) {
      if (!this.#isOwed) return source;
      this.#hear();
      return Promise.reject<T>(this.error);
    }
    return new Promise<T>((resolve, reject) => {
      const wait: Cancellable = {
        cancel: (reason) => {
          reject(reason);
          this.remove(wait);
          this.#hear();
          return false;
        },
      };
      this.add(wait);
      const settle = (): void => this.remove(wait);
      source.then(resolve, reject).finally(settle);
    });
  }

  /** For what does not wait: throws where the task has not been told yet, and again once its grace time is over. */
  assertGoesOn(): void {
    if (this.error !== undefined && (this.#takeOwed() || this.#isOverdue)) throw this.error;
  }

  /** What a cancellation rejects, from now on until `remove`. Only where `refuse` had nothing against it. */
  add(wait: Cancellable): void {
    if (this.#waits === undefined) this.#waits = wait;
    else if (this.#waits instanceof Set) this.#waits.add(wait);
    else this.#waits = new Set([this.#waits, wait]);
  }

  /** It has come to its end by itself. */
  remove(wait: Cancellable): void {
    if (this.#waits instanceof Set) this.#waits.delete(wait);
    else if (this.#waits === wait) this.#waits = undefined;
  }

  /** Whether an error only says that the task was cancelled. */
  explains(error: unknown): boolean {
    try {
      return this.error !== undefined && isCancelled(error);
    } catch {
      // What was thrown can't even be looked at: it says nothing of the kind.
      return false;
    }
  }

  /** Somebody of the task may know by now: if so, a lock or a sleep that follows at once belongs to the clean-up. */
  #hear(): void {
    this.#heardUntil = this.#clock.now() + HEARD_MS;
  }

  /** Whether the task has not been told yet; it is now. */
  #takeOwed(): boolean {
    if (!this.#isOwed) return false;
    this.#isOwed = false;
    return this.#clock.now() >= this.#heardUntil;
  }

  #allWaits(): Iterable<Cancellable> {
    if (this.#waits === undefined) return [];
    return this.#waits instanceof Set ? this.#waits : [this.#waits];
  }

  /** Rejects what waits; whether there was something. */
  #rejectWaits(): boolean {
    let isTold = false;
    for (const wait of this.#allWaits()) {
      if (!wait.cancel(this.error)) continue;
      this.remove(wait);
      isTold = true;
    }
    return isTold;
  }
}
