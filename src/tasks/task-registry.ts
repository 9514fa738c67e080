import type { Clock } from "../base/clock.ts";
import type { CancelReason } from "../base/errors.ts";
import type { Session } from "../sessions/session.ts";
import type { BackgroundTask } from "../state/app-handle.ts";
import type { EventSpec } from "../state/event-spec.ts";
import { fromValue, type Value } from "../state/values.ts";
import type { StateDefinition } from "../state/state-definition.ts";
import { TaskRun, type TaskObserver } from "./task-run.ts";

/** Told of tasks that failed or were abandoned, and of sessions whose last task has ended. */
export interface TaskRegistryObserver {
  taskFailed(task: TaskRun, error: unknown, what: string): void;
  taskAbandoned(task: TaskRun): void;
  /** No task of the session runs any more. */
  sessionIdle(session: Session): void;
}

/** All background tasks that run, of all sessions. */
export class TaskRegistry implements TaskObserver {
  /** Live: what `app.backgroundTasks` shows. */
  readonly running: Set<BackgroundTask> = new Set();
  readonly #bySession = new Map<Session, Set<TaskRun>>();
  readonly #clock: Clock;
  readonly #cancelGraceMs: number;
  readonly #observer: TaskRegistryObserver;

  constructor(clock: Clock, cancelGraceMs: number, observer: TaskRegistryObserver) {
    this.#clock = clock;
    this.#cancelGraceMs = cancelGraceMs;
    this.#observer = observer;
  }

  /** Starts a task at once; `args` are plain and its own. */
  start(
    session: Session,
    definition: StateDefinition,
    event: EventSpec,
    args: readonly unknown[],
    id: string,
  ): TaskRun {
    const task = new TaskRun({
      id,
      session,
      definition,
      event,
      clock: this.#clock,
      cancelGraceMs: this.#cancelGraceMs,
      observer: this,
    });
    this.running.add(task);
    let tasks = this.#bySession.get(session);
    if (tasks === undefined) this.#bySession.set(session, (tasks = new Set()));
    tasks.add(task);
    task.start(args);
    return task;
  }

  /** As `start`, with arguments as a trigger has copied them. */
  startTriggered(session: Session, definition: StateDefinition, event: EventSpec, args: Value, id: string): TaskRun {
    return this.start(session, definition, event, fromValue(args) as unknown[], id);
  }

  hasTasks(session: Session): boolean {
    return this.#bySession.has(session);
  }

  /** Cancels the session's tasks, or those that `which` picks. */
  cancel(session: Session, reason: CancelReason, which: (task: TaskRun) => boolean = () => true): void {
    for (const task of this.#bySession.get(session) ?? []) if (which(task)) task.cancel(reason);
  }

  /** Cancels all tasks; settles when all have ended or were abandoned. */
  async cancelAll(reason: CancelReason): Promise<void> {
    while (this.running.size > 0) {
      const tasks = [...this.running] as TaskRun[];
      for (const task of tasks) task.cancel(reason);
      await Promise.all(tasks.map((task) => task.ended));
    }
  }

  taskFailed(task: TaskRun, error: unknown, what: string): void {
    this.#observer.taskFailed(task, error, what);
  }

  taskAbandoned(task: TaskRun): void {
    this.#observer.taskAbandoned(task);
  }

  taskEnded(task: TaskRun): void {
    this.running.delete(task);
    const tasks = this.#bySession.get(task.session);
    if (tasks === undefined) return;
    tasks.delete(task);
    if (tasks.size > 0) return;
    this.#bySession.delete(task.session);
    this.#observer.sessionIdle(task.session);
  }
}
