import type { Clock } from "../base/clock.ts";
import type { CancelReason } from "../base/errors.ts";
import type { Scheduler } from "../sessions/scheduler.ts";
import { makeId } from "../sessions/make-id.ts";
import type { Session } from "../sessions/session.ts";
import type { BackgroundTask } from "../state/app-handle.ts";
import type { EventSpec } from "../state/event-spec.ts";
import { fromValue, toValue, type Value } from "../state/values.ts";
import type { StateDefinition } from "../state/state-definition.ts";
import { Lanes } from "./lanes.ts";
import { RunList, type RunKeeping } from "./run-list.ts";
import { Sleeps } from "./sleeps.ts";
import { TaskRun, type RunObserver, type TaskKind } from "./task-run.ts";

/** Told of tasks that failed or were abandoned, and of sessions whose last task has ended. */
export interface TaskRegistryObserver extends Pick<
  RunObserver,
  "taskFailed" | "taskRetries" | "taskAbandoned" | "errorForPage"
> {
  /** There is a task more, which runs or waits. */
  taskAdded(): void;
  /** No task of the session runs any more, or waits. */
  sessionIdle(session: Session): void;
}

/** What the registry is given. */
export interface TaskRegistryParts {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** How long a cancelled task may still take locks and sleep, in ms. */
  readonly cancelGraceMs: number;
  readonly keeping: RunKeeping;
  readonly observer: TaskRegistryObserver;
}

/** What is known of one session's tasks. */
interface SessionTasks {
  /** Those that have not ended. */
  readonly live: Set<TaskRun>;
  /** By the task's name. */
  readonly lists: Map<string, RunList>;
}

/** All runs of background tasks, of all sessions: those that go on, and those that have ended and are kept for a while. */
export class TaskRegistry implements RunObserver {
  /** Live: what `app.backgroundTasks` shows. */
  readonly running: Set<BackgroundTask> = new Set();
  /** Set when what runs as the app closes has been given its time: no run is added to those that are cancelled then. */
  isEnding = false;
  /** The names of tasks that were abandoned and whose method has not settled since, by the run's id: what never settles holds nothing else. */
  readonly #lost = new Map<string, string>();
  readonly #bySession = new Map<Session, SessionTasks>();
  /** The lists of other sessions that have joined a run. */
  readonly #joined = new Map<TaskRun, Set<RunList>>();
  /** Sessions that have expired. What a task of theirs has left running may start further ones. */
  readonly #forgotten = new WeakSet<Session>();
  readonly #lanes = new Lanes();
  readonly #kinds = new WeakMap<StateDefinition, Map<EventSpec, TaskKind>>();
  readonly #parts: TaskRegistryParts;
  readonly #sleeps: Sleeps;

  constructor(parts: TaskRegistryParts) {
    this.#parts = parts;
    this.#sleeps = new Sleeps(parts.clock, parts.scheduler);
  }

  /**
   * Starts a task, or lets it wait, or gives the run that it joins, as its policy says. `args` are the task's own.
   *
   * @throws TaskRefusedError
   */
  start(session: Session, definition: StateDefinition, event: EventSpec, args: readonly unknown[]): TaskRun {
    // What is given to several attempts has to be copied for each.
    const copied = event.task?.retry === undefined ? undefined : toValue(args, argumentsOf(definition, event));
    return this.#start(session, definition, event, args, copied, makeId());
  }

  /** As `start`, with arguments as a trigger has copied them. */
  startTriggered(session: Session, definition: StateDefinition, event: EventSpec, args: Value, id: string): TaskRun {
    return this.#start(session, definition, event, fromValue(args) as unknown[], args, id);
  }

  hasTasks(session: Session): boolean {
    return (this.#bySession.get(session)?.live.size ?? 0) > 0;
  }

  /** The runs of a task that a session knows; the same object while it knows some, or somebody watches it. */
  list(session: Session, name: string): RunList {
    const { lists } = this.#tasksOf(session);
    let list = lists.get(name);
    if (list === undefined) {
      const onChange = (): void => {
        for (const subscriber of session.subscribers) session.scheduler.markSoon(subscriber);
      };
      lists.set(name, (list = new RunList(name, this.#parts.clock, this.#parts.keeping, onChange)));
    }
    return list;
  }

  /** Cancels the session's tasks, or those that `which` picks. */
  cancel(session: Session, reason: CancelReason, which: (task: TaskRun) => boolean = () => true): void {
    cancelAll([...(this.#bySession.get(session)?.live ?? [])].filter(which), reason);
  }

  /**
   * Ends all tasks: those that wait for their turn at once, those that run after `graceMs`. Gives the names of those that did not end though they were cancelled.
   */
  async endAll(reason: CancelReason, graceMs: number): Promise<readonly string[]> {
    for (const task of this.#live()) if (task.status === "queued") task.cancel(reason);
    if (graceMs > 0 && this.running.size > 0) await this.#allEnded(graceMs);
    this.isEnding = true;
    while (this.running.size > 0) {
      const tasks = this.#live();
      cancelAll(tasks, reason);
      await Promise.all(tasks.map((task) => task.ended));
    }
    return [...this.#lost.values()];
  }

  /** The session has expired. */
  forget(session: Session): void {
    for (const list of this.#bySession.get(session)?.lists.values() ?? []) {
      list.dispose();
      for (const run of list.runs) this.#joined.get(run)?.delete(list);
    }
    this.#bySession.delete(session);
    this.#forgotten.add(session);
  }

  dispose(): void {
    for (const session of this.#bySession.keys()) this.forget(session);
  }

  // --- what runs tell ---

  taskFailed(task: TaskRun, error: unknown, what: string): void {
    this.#parts.observer.taskFailed(task, error, what);
  }

  taskRetries(task: TaskRun, error: unknown, delayMs: number): void {
    this.#parts.observer.taskRetries(task, error, delayMs);
  }

  taskAbandoned(task: TaskRun): void {
    this.#lost.set(task.id, task.name);
    this.#parts.observer.taskAbandoned(task);
  }

  taskSettledLate(task: TaskRun): void {
    this.#lost.delete(task.id);
  }

  errorForPage(task: TaskRun, error: unknown): Value {
    return this.#parts.observer.errorForPage(task, error);
  }

  taskChanged(task: TaskRun): void {
    for (const list of this.#listsOf(task)) list.changed();
  }

  taskEnded(task: TaskRun): void {
    this.running.delete(task);
    for (const list of this.#listsOf(task)) list.ended(task);
    this.#joined.delete(task);
    const live = this.#bySession.get(task.owner)?.live;
    live?.delete(task);
    this.#lanes.left(task);
    if (live?.size !== 0) return;
    if (this.#forgotten.has(task.owner)) this.forget(task.owner);
    else this.#parts.observer.sessionIdle(task.owner);
  }

  #start(
    session: Session,
    definition: StateDefinition,
    event: EventSpec,
    args: readonly unknown[],
    copied: Value,
    id: string,
  ): TaskRun {
    const kind = this.#kindOf(definition, event);
    const { name } = kind;
    const run = this.#lanes.admit(session, name, event.task!, args, () => {
      const made = new TaskRun(id, session, kind, args, event.task?.retry === undefined ? undefined : copied);
      this.running.add(made);
      this.#parts.observer.taskAdded();
      this.#tasksOf(session).live.add(made);
      this.list(session, name).add(made);
      return made;
    });
    if (run.owner !== session && !this.#forgotten.has(session)) this.#show(run, session);
    return run;
  }

  #kindOf(definition: StateDefinition, event: EventSpec): TaskKind {
    let kinds = this.#kinds.get(definition);
    if (kinds === undefined) this.#kinds.set(definition, (kinds = new Map<EventSpec, TaskKind>()));
    let kind = kinds.get(event);
    if (kind === undefined) {
      const { clock, cancelGraceMs } = this.#parts;
      const sleeps = this.#sleeps;
      kind = { name: definition.nameOf(event), definition, event, clock, sleeps, cancelGraceMs, observer: this };
      kinds.set(event, kind);
    }
    return kind;
  }

  /** A session has joined a run of another one: it sees it as its own. */
  #show(run: TaskRun, session: Session): void {
    const list = this.list(session, run.name);
    if (list.get(run.id) !== undefined) return;
    let lists = this.#joined.get(run);
    if (lists === undefined) this.#joined.set(run, (lists = new Set()));
    lists.add(list);
    list.add(run);
  }

  *#listsOf(task: TaskRun): Iterable<RunList> {
    const own = this.#bySession.get(task.owner)?.lists.get(task.name);
    if (own !== undefined) yield own;
    yield* this.#joined.get(task) ?? [];
  }

  #tasksOf(session: Session): SessionTasks {
    let tasks = this.#bySession.get(session);
    if (tasks === undefined) this.#bySession.set(session, (tasks = { live: new Set(), lists: new Map() }));
    return tasks;
  }

  #live(): TaskRun[] {
    return [...this.running] as TaskRun[];
  }

  /** Settles when no task runs any more, or after `ms`. */
  #allEnded(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#parts.clock.setTimer(ms, resolve);
      const check = async (): Promise<void> => {
        while (this.running.size > 0) await Promise.all(this.#live().map((task) => task.ended));
        timer.cancel();
        resolve();
      };
      void check();
    });
  }
}

/** Those that wait go first: else they would begin in the place of one that ends at once, such as between two attempts. */
function cancelAll(tasks: readonly TaskRun[], reason: CancelReason): void {
  for (const task of tasks) if (task.status === "queued") task.cancel(reason);
  for (const task of tasks) task.cancel(reason);
}

function argumentsOf(definition: StateDefinition, event: EventSpec): string {
  return `arguments of ${definition.nameOf(event)}`;
}
