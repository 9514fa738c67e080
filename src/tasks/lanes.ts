import { TaskRefusedError } from "../base/errors.ts";
import type { Session } from "../sessions/session.ts";
import type { TaskOptions } from "../state/task-options.ts";
import type { TaskRun } from "./task-run.ts";

/** Runs that a policy looks at together: those of one task, with one key, in one session or in the app. */
class Lane {
  readonly #max: number;
  readonly #running = new Set<TaskRun>();
  /** In the order in which they were asked for. */
  readonly #waiting = new Set<TaskRun>();

  constructor(max: number) {
    this.#max = max;
  }

  get isEmpty(): boolean {
    return this.#running.size === 0 && this.#waiting.size === 0;
  }

  /** All of its runs, the oldest first. */
  get runs(): TaskRun[] {
    return [...this.#running, ...this.#waiting];
  }

  enter(run: TaskRun): void {
    this.#waiting.add(run);
    this.#next();
  }

  leave(run: TaskRun): void {
    this.#running.delete(run);
    this.#waiting.delete(run);
    this.#next();
  }

  #next(): void {
    for (const run of this.#waiting) {
      if (this.#running.size >= this.#max) return;
      this.#waiting.delete(run);
      this.#running.add(run);
      run.begin();
    }
  }
}

/** Applies the policies of tasks: each decision is made at once, so that no two starts can both get what is for one. */
export class Lanes {
  readonly #ofApp = new Map<string, Lane>();
  readonly #ofSessions = new WeakMap<Session, Map<string, Lane>>();
  readonly #byRun = new Map<
    TaskRun,
    { readonly lane: Lane; readonly lanes: Map<string, Lane>; readonly key: string }
  >();

  /**
   * Lets a run begin, wait, or have another one's place, as its task's policy says.
   *
   * @param make makes the run, where there is to be one.
   * @returns that run, or the one that it joins.
   * @throws TaskRefusedError; what `key` throws.
   */
  admit(
    session: Session,
    name: string,
    { policy, per, key }: TaskOptions,
    args: readonly unknown[],
    make: () => TaskRun,
  ): TaskRun {
    if (policy === "parallel") {
      const run = make();
      run.begin();
      return run;
    }
    const lanes = per === "app" ? this.#ofApp : this.#lanesOf(session);
    const laneKey = key === undefined ? name : `${name} ${keyText(name, key(...(args as never[])))}`;
    let lane = lanes.get(laneKey);
    const others = lane?.runs ?? [];
    if (policy === "single" && others.length > 0)
      throw new TaskRefusedError(
        `${name} was not started: it runs already, and its policy is "single".`,
        others[0]!.id,
      );
    if (policy === "join") {
      // One that is being cancelled is no longer what anybody asks for.
      const joined = others.find((run) => run.cancelReason === undefined);
      if (joined !== undefined) return joined;
    }
    const run = make();
    if (lane === undefined) lanes.set(laneKey, (lane = new Lane(typeof policy === "object" ? policy.limit : 1)));
    this.#byRun.set(run, { lane, lanes, key: laneKey });
    lane.enter(run);
    // It has its place by now: what listens to the others' signals may cancel it, or start what replaces it in turn.
    if (policy === "replace") for (const other of others) other.cancel("replaced");
    return run;
  }

  /** A run has ended. */
  left(run: TaskRun): void {
    const place = this.#byRun.get(run);
    if (place === undefined) return;
    this.#byRun.delete(run);
    const { lane, lanes, key } = place;
    lane.leave(run);
    if (lane.isEmpty && lanes.get(key) === lane) lanes.delete(key);
  }

  #lanesOf(session: Session): Map<string, Lane> {
    let lanes = this.#ofSessions.get(session);
    if (lanes === undefined) this.#ofSessions.set(session, (lanes = new Map<string, Lane>()));
    return lanes;
  }
}

function keyText(name: string, key: unknown): string {
  if (typeof key !== "string" && typeof key !== "number")
    throw new TypeError(`The key of ${name} gave a ${typeof key}, and it must give a string or a number.`);
  return `${typeof key} ${key}`;
}
