/** A background task that runs, as the app's registry shows it. */
export interface BackgroundTask {
  readonly id: string;
  /** Such as `MyTaskState.myTask`. */
  readonly name: string;
  /** When it started, in ms since the epoch. */
  readonly startedAt: number;
  /** Settles when it has ended or was abandoned; never rejects. */
  readonly ended: Promise<void>;
  /** Cancels it: aborts its signal and rejects its pending locks and sleeps. */
  cancel(): void;
}

/** What state code may see of the app, as `this.app`. */
export interface AppHandle {
  /** The live set of running background tasks. */
  readonly backgroundTasks: ReadonlySet<BackgroundTask>;
  readonly eventNamespace: {
    /** Client tokens of sessions whose page is there (not judged gone), to their connection's id. */
    readonly tokenToSid: ReadonlyMap<string, string>;
  };
}
