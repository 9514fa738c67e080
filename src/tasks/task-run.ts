import type { Timer } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";
import { ResultInLockError, TaskCancelledError, type CancelReason } from "../base/errors.ts";
import type { Progress, RunStatus } from "../base/run.ts";
import { runOutsideWindows, windowOf } from "../sessions/open-window.ts";
import type { Session } from "../sessions/session.ts";
import { tokenHint } from "../sessions/token-hint.ts";
import type { BackgroundTask, TaskLock } from "../state/app-handle.ts";
import type { ProgressReport } from "../state/background.ts";
import type { EventSpec } from "../state/event-spec.ts";
import { fromValue, toValue, type Value } from "../state/values.ts";
import { backoffMs } from "./backoff.ts";
import { Cancellation, type CancellationObserver } from "./cancellation.ts";
import { Execution, type ExecutedKind, type ExecutedRun, type Settled } from "./execution.ts";
import { ProgressMeter } from "./progress-meter.ts";

/** What a run tells its surroundings. */
export interface RunObserver {
  /** The task, or one of its forgotten lock windows, failed. */
  taskFailed(run: TaskRun, error: unknown, what: string): void;
  /** An attempt failed, and another one follows after `delayMs`. */
  taskRetries(run: TaskRun, error: unknown, delayMs: number): void;
  /** It went on after it was cancelled and its grace time was over. */
  taskAbandoned(run: TaskRun): void;
  /** What the page may know of the error that a task ended with. */
  errorForPage(run: TaskRun, error: unknown): Value;
  /** What is told of it has changed: how it stands, or its progress. Not for each report. */
  taskChanged(run: TaskRun): void;
  /** It has ended or was abandoned: told once, last. */
  taskEnded(run: TaskRun): void;
  /** The method of one that was abandoned has settled after all. */
  taskSettledLate(run: TaskRun): void;
}

/** What all runs of a task have in common. */
export interface TaskKind extends ExecutedKind {
  /** Such as `MyState.myTask`. */
  readonly name: string;
  readonly event: EventSpec;
  /** How long a cancelled task may still take locks and sleep, in ms. */
  readonly cancelGraceMs: number;
  readonly observer: RunObserver;
}

/** What came of a run. */
type Outcome =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: unknown; readonly forPage: Value };

/**
 * One run of a background task, from the moment it was asked for until it is forgotten.
 *
 * Life: queued → (`begin`) running, attempt after attempt → succeeded, failed or cancelled. A cancelled one goes on for a grace time, to put the state right; one that goes on after
 * that is abandoned: it has ended, and its locks are no longer granted.
 */
export class TaskRun implements BackgroundTask, ExecutedRun, CancellationObserver {
  readonly id: string;
  readonly #kind: TaskKind;
  readonly #owner: Session;
  /** Of the next attempt, which are its own; else they are copied. */
  #args: readonly unknown[] | undefined;
  #copied: Value;
  status: RunStatus = "queued";
  attempt = 0;
  startedAt: number | undefined;
  endedAt: number | undefined;
  #cancellation: Cancellation | undefined;
  /** While an attempt runs. */
  #execution: Execution | undefined;
  #meter: ProgressMeter | undefined;
  /** Until the next attempt, while it waits for it. */
  #retryTimer: Timer | undefined;
  #limitTimer: Timer | undefined;
  #reason: CancelReason | undefined;
  /** Whether the attempt that has thrown is followed by another one. */
  #isRetried = false;
  #outcome: Outcome | undefined;
  /** Made when they are asked for. */
  #result: Deferred<unknown> | undefined;
  #ended: Deferred<void> | undefined;
  /** What the page is told of it, until something of that changes. */
  #value: Value = undefined;

  /** @param args its own, for the first attempt. @param copied the same as a value, where there may be further ones. */
  constructor(id: string, owner: Session, kind: TaskKind, args: readonly unknown[], copied: Value) {
    this.id = id;
    this.#owner = owner;
    this.#kind = kind;
    this.#args = args;
    this.#copied = copied;
  }

  get name(): string {
    return this.#kind.name;
  }

  get event(): EventSpec {
    return this.#kind.event;
  }

  /** Whose it is. */
  get owner(): Session {
    return this.#owner;
  }

  get session(): string {
    return tokenHint(this.owner.token);
  }

  get isOver(): boolean {
    return this.endedAt !== undefined;
  }

  get progress(): Progress | undefined {
    return this.#meter?.progress;
  }

  /** Why it was cancelled, if it was. */
  get cancelReason(): CancelReason | undefined {
    return this.#reason;
  }

  get lock(): TaskLock | undefined {
    if (this.#execution === undefined) return undefined;
    const place = this.owner.lock.placeOf(this.#execution);
    if (place === undefined) return undefined;
    const { clock } = this.#kind;
    return { state: place.state, since: Math.round(clock.wallNow() - (clock.now() - place.since)) };
  }

  get result(): Promise<unknown> {
    const holder = this.isOver ? undefined : windowOf(this.owner);
    if (holder !== undefined) return quiet(Promise.reject(new ResultInLockError(this.name, holder.name)));
    if (this.#result === undefined) {
      this.#result = new Deferred();
      void quiet(this.#result.promise);
      this.#settleResult();
    }
    return this.#result.promise;
  }

  get ended(): Promise<void> {
    if (this.isOver) return Promise.resolve();
    return (this.#ended ??= new Deferred<void>()).promise;
  }

  /** What the page is told of it: the same value until something of it has changed. */
  get value(): Value {
    return (this.#value ??= toValue(
      {
        id: this.id,
        status: this.status,
        attempt: this.attempt,
        ...(this.startedAt === undefined ? {} : { startedAt: this.startedAt }),
        ...(this.endedAt === undefined ? {} : { endedAt: this.endedAt }),
        ...(this.#meter === undefined ? {} : { progress: this.#meter.value }),
        ...(this.#outcome === undefined
          ? {}
          : this.#outcome.ok
            ? { result: this.#outcome.value }
            : this.#outcome.forPage === undefined
              ? {}
              : { error: this.#outcome.forPage }),
        ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      },
      "a run",
    ));
  }

  /** Its turn has come. */
  begin(): void {
    const { clock, cancelGraceMs } = this.#kind;
    const timeoutMs = this.event.task?.timeoutMs;
    this.startedAt = clock.wallNow();
    this.#cancellation = new Cancellation(this.name, clock, cancelGraceMs, this);
    if (timeoutMs !== undefined) this.#limitTimer = clock.setTimer(timeoutMs, () => this.cancel("timeout"), false);
    this.#attempt();
  }

  cancel(reason: CancelReason = "cancelled"): void {
    if (this.isOver || this.#reason !== undefined) return;
    this.#reason = reason;
    this.#changed();
    // Its listeners run at once, and are not of the window (a handler's, say) that cancels.
    if (this.#execution !== undefined) runOutsideWindows(() => this.#cancellation!.begin(reason));
    else this.#endCancelled();
  }

  // --- what its execution tells ---

  report(progress: ProgressReport): void {
    const meter = this.#meter ?? new ProgressMeter(this.#kind.clock, this.name);
    meter.report(progress);
    this.#meter = meter;
    this.#changed();
  }

  threw(error: unknown): void {
    this.#isRetried = this.#mayRetry(error);
    if (!this.#isRetried && !this.#cancellation!.explains(error)) this.failedBeside(error, "failed");
  }

  failedBeside(error: unknown, what: string): void {
    this.#kind.observer.taskFailed(this, error, what);
  }

  settled(settled: Settled): void {
    if (this.isOver) return this.#kind.observer.taskSettledLate(this);
    this.#execution = undefined;
    this.#cancellation!.endAttempt();
    if (settled.ok) {
      if (this.#reason !== undefined) this.#endCancelled();
      else this.#succeed(settled.value);
    } else if (this.#reason !== undefined && (this.#isRetried || this.#cancellation!.explains(settled.error)))
      this.#endCancelled();
    else if (this.#isRetried) this.#retry(settled.error);
    else this.#fail(settled.error);
  }

  // --- what its cancellation tells ---

  overdue(): void {
    if (this.isOver) return;
    this.#kind.observer.taskAbandoned(this);
    this.#endCancelled();
  }

  listenerFailed(error: unknown): void {
    if (!this.#cancellation!.explains(error)) this.failedBeside(error, "has a listener of its signal that failed");
  }

  #attempt(): void {
    const { event } = this.#kind;
    const args = this.#args ?? (fromValue(this.#copied) as unknown[]);
    this.#args = undefined;
    this.status = "running";
    this.attempt += 1;
    this.#meter = undefined;
    this.#isRetried = false;
    this.#changed();
    this.#execution = new Execution(this, this.#kind, this.#cancellation!);
    this.#execution.start(event.method, args);
  }

  #mayRetry(error: unknown): boolean {
    const retry = this.event.task?.retry;
    if (retry === undefined || this.#reason !== undefined || this.attempt >= retry.attempts) return false;
    try {
      return retry.when?.(error) ?? true;
    } catch (second) {
      this.failedBeside(second, "has a retry.when that failed");
      return false;
    }
  }

  #retry(error: unknown): void {
    const delayMs = backoffMs(this.event.task!.retry!, this.attempt);
    this.#kind.observer.taskRetries(this, error, delayMs);
    this.#retryTimer = this.#kind.clock.setTimer(delayMs, () => this.#attempt());
  }

  #succeed(result: unknown): void {
    let value: Value;
    try {
      value = toValue(result, `the result of ${this.name}`);
    } catch (error) {
      this.failedBeside(error, "failed");
      return this.#fail(error);
    }
    this.#end("succeeded", { ok: true, value });
  }

  #fail(error: unknown): void {
    this.#end("failed", { ok: false, error, forPage: this.#kind.observer.errorForPage(this, error) });
  }

  #endCancelled(): void {
    const error = new TaskCancelledError(this.name, this.#reason ?? "cancelled");
    this.#end("cancelled", { ok: false, error, forPage: undefined });
  }

  #end(status: RunStatus, outcome: Outcome): void {
    if (this.isOver) return;
    const { clock, observer } = this.#kind;
    this.#retryTimer?.cancel();
    this.#limitTimer?.cancel();
    this.#execution?.letGo();
    this.#execution = undefined;
    this.#cancellation?.end();
    // Its outcome is kept for a while, and arguments may be large.
    this.#args = this.#copied = undefined;
    this.status = status;
    this.endedAt = clock.wallNow();
    this.#outcome = outcome;
    this.#settleResult();
    this.#changed();
    observer.taskEnded(this);
    this.#ended?.resolve();
  }

  #settleResult(): void {
    if (this.#outcome === undefined || this.#result === undefined) return;
    if (this.#outcome.ok) this.#result.resolve(fromValue(this.#outcome.value));
    else this.#result.reject(this.#outcome.error);
  }

  /** What was told of it is no longer true. Who has not looked since the last time knows already. */
  #changed(): void {
    if (this.#value === undefined) return;
    this.#value = undefined;
    this.#kind.observer.taskChanged(this);
  }
}

/** Its failure was reported: nobody need look at it. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
