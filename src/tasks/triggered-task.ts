import { Deferred } from "../base/deferred.ts";
import { MeanwhileError, ResultInLockError, TaskCancelledError, TaskRefusedError } from "../base/errors.ts";
import type { Progress, RunStatus } from "../base/run.ts";
import { windowOf } from "../sessions/open-window.ts";
import type { Session } from "../sessions/session.ts";
import type { Run } from "../state/background.ts";
import { Cancellation } from "./cancellation.ts";
import type { TaskRun } from "./task-run.ts";

/**
 * What `trigger` gives for a background task, before the task has begun: inside the lock it begins with the commit.
 *
 * Life: pending → started (it stands for the run from then on), or never: refused by its policy, undone with its window, or cancelled.
 */
export class TriggeredTask implements Run {
  readonly #id: string;
  readonly #name: string;
  readonly #session: Session;
  /** Of the task that has triggered it, if one has: its waits for the result reject when it is cancelled. */
  readonly #waits: Cancellation | undefined;
  #run: TaskRun | undefined;
  /** Why it never began. */
  #error: unknown;
  #isOver = false;
  /** Its method's first, synchronous part may run before `start` has given the run. */
  #isStarting = false;
  #isCancelled = false;
  /** Made when it is asked for before the task has begun. */
  #result: Deferred<unknown> | undefined;

  constructor(id: string, name: string, session: Session, waits: unknown) {
    this.#waits = waits instanceof Cancellation ? waits : undefined;
    this.#id = id;
    this.#name = name;
    this.#session = session;
  }

  get id(): string {
    return this.#run?.id ?? this.#id;
  }

  get status(): RunStatus {
    if (this.#isOver) return this.#error instanceof TaskCancelledError ? "cancelled" : "failed";
    return this.#run?.status ?? "queued";
  }

  get attempt(): number {
    return this.#run?.attempt ?? 0;
  }

  get progress(): Progress | undefined {
    return this.#run?.progress;
  }

  get result(): Promise<unknown> {
    if (this.#waits === undefined || this.#isOver || this.#run?.isOver === true) return this.#ownResult;
    const result = this.#waits.during(this.#ownResult);
    result.catch(() => {}); // who does not look at it need not
    return result;
  }

  get #ownResult(): Promise<unknown> {
    if (this.#run !== undefined) return this.#run.result;
    const holder = this.#isOver ? undefined : windowOf(this.#session);
    if (holder !== undefined) {
      const refused = Promise.reject<unknown>(new ResultInLockError(this.#name, holder.name));
      refused.catch(() => {});
      return refused;
    }
    if (this.#result === undefined) {
      this.#result = new Deferred();
      this.#result.promise.catch(() => {}); // who does not look at it need not
      if (this.#isOver) this.#result.reject(this.#error);
    }
    return this.#result.promise;
  }

  cancel(): void {
    if (this.#run !== undefined) this.#run.cancel();
    else if (this.#isStarting) this.#isCancelled = true;
    else this.#fail(new TaskCancelledError(this.#name, "cancelled"));
  }

  /** Its time has come: `start` gives the run, or throws why there is none. */
  start(start: (id: string) => TaskRun): void {
    if (this.#isOver) return;
    this.#isStarting = true;
    try {
      this.#run = start(this.#id);
      if (this.#isCancelled) this.#run.cancel();
      if (this.#result !== undefined) this.#run.result.then(this.#result.resolve, this.#result.reject);
    } catch (error) {
      this.#fail(error);
      // That it may not start is for who has asked for it; anything else is a bug, such as one of its key.
      if (!(error instanceof TaskRefusedError) && !isClosed(error)) throw error;
    }
  }

  /** The window that has triggered it was undone. */
  undo(): void {
    this.#fail(new TaskCancelledError(this.#name, "undone"));
  }

  #fail(error: unknown): void {
    if (this.#isOver || this.#run !== undefined) return;
    this.#isOver = true;
    this.#error = error;
    this.#result?.reject(error);
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof MeanwhileError && error.code === "APP_CLOSED";
}
