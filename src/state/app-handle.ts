import type { Progress, RunStatus } from "../base/run.ts";

/** What a task has to do with its session's lock. */
export interface TaskLock {
  readonly state: "waiting" | "holding";
  /** In ms since the epoch. */
  readonly since: number;
}

/** A background task that was started and has not ended, as the app's registry shows it. */
export interface BackgroundTask {
  readonly id: string;
  /** Such as `MyTaskState.myTask`. */
  readonly name: string;
  /** The first characters of its session's client token: enough to tell sessions apart. */
  readonly session: string;
  /** `queued` where its policy lets it wait. */
  readonly status: RunStatus;
  /** When it began to run, in ms since the epoch; undefined while it is queued. */
  readonly startedAt: number | undefined;
  /** Which attempt runs, from 1 up; 0 before the first. */
  readonly attempt: number;
  readonly progress: Progress | undefined;
  /** Whether it waits for the lock or holds it, and since when. */
  readonly lock: TaskLock | undefined;
  /** What it returns; rejects as `Run.result` does. */
  readonly result: Promise<unknown>;
  /** Settles when it has ended or was abandoned; never rejects. */
  readonly ended: Promise<void>;
  /** Cancels it: aborts its signal and rejects its pending locks and sleeps. One that is queued never starts. */
  cancel(): void;
}

/** What state code may see of the app, as `this.app`. */
export interface AppHandle {
  /** The live set of background tasks that run, or wait for their turn. */
  readonly backgroundTasks: ReadonlySet<BackgroundTask>;
  readonly eventNamespace: {
    /** Client tokens of sessions whose page is there (not judged gone), to their connection's id. */
    readonly tokenToSid: ReadonlyMap<string, string>;
  };
}
