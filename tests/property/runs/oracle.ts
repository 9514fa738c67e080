import { GRACE_MS, KEEP_MS, LEFT_MS, LOST_MS, spawnOf, TASKS, type Deed, type Plan, type TaskRules } from "./plans.ts";

/** A run as the documentation has it. */
export interface OracleRun {
  readonly plan: Plan;
  readonly session: number;
  readonly lane: string;
  status: "queued" | "running" | "succeeded" | "failed" | "cancelled";
  attempt: number;
  reason: string | undefined;
  startedAt: number | undefined;
  endedAt: number | undefined;
  /** What its method does; undefined between attempts, and before the first. */
  method: "works" | "cleans up" | undefined;
  /** It has ended, and its method goes on all the same. */
  isLost: boolean;
  /** What it failed with. */
  error: string | undefined;
}

/** What became of a start. */
export type Ask = { readonly run: OracleRun } | { readonly refused: string; readonly by?: OracleRun };

interface Lane {
  readonly running: Set<OracleRun>;
  readonly waiting: OracleRun[];
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/** What the documentation says of runs, and nothing of how it comes about: plain lists, and time as a list of what is to come. */
export class Oracle {
  now = 0;
  readonly runs: OracleRun[] = [];
  readonly asks = new Map<string, Ask>();
  /** In which order runs have begun, by lane. */
  readonly begun = new Map<string, string[]>();
  /** The messages of what is reported. */
  readonly reported: string[] = [];
  abandoned = 0;
  readonly #lanes = new Map<string, Lane>();
  /** By session and task. */
  readonly #lists = new Map<string, OracleRun[]>();
  /** What ends a session's page; undefined while that is there, or gone. */
  readonly #leaving = new Map<number, Event>();
  #events: Event[] = [];
  #order = 0;
  /** What comes after the call that goes on now. */
  #soon: (() => void)[] = [];
  #isEnding = false;

  get live(): OracleRun[] {
    return this.runs.filter(({ endedAt }) => endedAt === undefined);
  }

  /** The runs of a task that a session knows. */
  list(session: number, task: string): OracleRun[] {
    const runs = this.#lists.get(`${session} ${task}`) ?? [];
    return runs.filter(({ endedAt }) => endedAt === undefined || endedAt + KEEP_MS > this.now);
  }

  start(plan: Plan, session: number): void {
    this.asks.set(plan.id, this.#admit(plan, session));
  }

  /** A window is undone: what it has triggered never was. */
  undo(plan: Plan): void {
    this.asks.set(plan.id, { refused: "undone" });
  }

  cancel(run: OracleRun, reason = "cancelled"): void {
    if (run.endedAt !== undefined || run.reason !== undefined) return;
    run.reason = reason;
    if (run.method === undefined) return this.#end(run, "cancelled");
    this.#later(GRACE_MS, () => {
      if (run.endedAt !== undefined) return;
      this.abandoned += 1;
      run.isLost = run.method === "works";
      this.#end(run, "cancelled");
    });
    this.#do(run, "abort", run.plan.atAbort);
    const { wait, isDeaf, cleanUpMs } = run.plan;
    if (wait === "none" || isDeaf) return;
    this.#soon.push(() => {
      if (run.method !== "works") return;
      run.method = "cleans up";
      if (cleanUpMs > 0) this.#later(cleanUpMs, () => this.#react(run));
      else this.#react(run);
    });
  }

  /** The gate of a job is opened. */
  open(run: OracleRun): void {
    const { attempt } = run;
    this.#soon.push(() => {
      if (run.method === "works" && run.attempt === attempt) this.#ends(run);
      run.isLost = false;
    });
  }

  pageLeaves(session: number, how: "left" | "disconnected"): void {
    this.#leaving.set(
      session,
      this.#later(how === "left" ? LEFT_MS : LOST_MS, () => {
        this.#leaving.delete(session);
        this.#cancelAll(
          this.live.filter((run) => run.session === session && rulesOf(run.plan).isTied === true),
          how,
        );
      }),
    );
  }

  pageArrives(session: number): void {
    const leaving = this.#leaving.get(session);
    this.#events = this.#events.filter((event) => event !== leaving);
    this.#leaving.delete(session);
  }

  close(): void {
    for (const run of this.live) if (run.status === "queued") this.cancel(run, "shutdown");
    this.settle();
  }

  /** What still runs when the app's grace time is over is cancelled, and nothing is started any more. */
  endAll(): void {
    this.#isEnding = true;
    this.#cancelAll(this.live, "shutdown");
    this.settle();
  }

  settle(): void {
    for (let next = this.#soon.shift(); next !== undefined; next = this.#soon.shift()) next();
  }

  advance(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      this.settle();
      const [next] = this.#events.toSorted((a, b) => a.at - b.at || a.order - b.order);
      if (next === undefined || next.at > until) break;
      this.#events = this.#events.filter((event) => event !== next);
      this.now = next.at;
      next.fire();
    }
    this.now = until;
  }

  #admit(plan: Plan, session: number): Ask {
    const { policy, isOfApp, isKeyed } = rulesOf(plan);
    if (this.#isEnding) return { refused: "APP_CLOSED" };
    const scope = isOfApp === true ? "app" : session;
    const label = `${plan.task} ${scope}${isKeyed === true ? ` ${plan.key}` : ""}`;
    let lane = this.#lanes.get(label);
    if (lane === undefined) this.#lanes.set(label, (lane = { running: new Set(), waiting: [] }));
    const others = policy === "parallel" ? [] : [...lane.running, ...lane.waiting];
    if (policy === "single" && others.length > 0) return { refused: "TASK_REFUSED", by: others[0]! };
    const joined = policy === "join" ? others.find(({ reason }) => reason === undefined) : undefined;
    if (joined !== undefined) {
      this.#show(joined, session);
      return { run: joined };
    }
    const run: OracleRun = {
      plan,
      session,
      lane: label,
      status: "queued",
      attempt: 0,
      reason: undefined,
      startedAt: undefined,
      endedAt: undefined,
      method: undefined,
      isLost: false,
      error: undefined,
    };
    this.runs.push(run);
    this.#show(run, session);
    lane.waiting.push(run);
    if (policy === "replace") for (const other of others) this.cancel(other, "replaced");
    this.#next(run.lane);
    return { run };
  }

  #next(label: string): void {
    const { running, waiting } = this.#lanes.get(label)!;
    while (waiting.length > 0) {
      const { policy } = rulesOf(waiting[0]!.plan);
      if (policy !== "parallel" && running.size >= (policy === 2 ? 2 : 1)) return;
      const run = waiting.shift()!;
      running.add(run);
      run.startedAt = this.now;
      const { timeoutMs } = rulesOf(run.plan);
      if (timeoutMs !== undefined) this.#later(timeoutMs, () => this.cancel(run, "timeout"));
      this.#attempt(run);
    }
  }

  #attempt(run: OracleRun): void {
    const { plan, lane } = run;
    run.status = "running";
    run.attempt += 1;
    run.method = "works";
    if (!this.begun.has(lane)) this.begun.set(lane, []);
    if (run.attempt === 1) {
      this.begun.get(lane)!.push(plan.id);
      this.#do(run, "begin", plan.atBegin);
    }
    const { attempt } = run;
    const ends = (): void => {
      if (run.method === "works" && run.attempt === attempt) this.#ends(run);
    };
    if (plan.wait === "none") this.#soon.push(ends);
    else if (plan.wait !== "gate") this.#later(plan.wait, ends);
  }

  #do(run: OracleRun, why: "begin" | "abort", deed: Deed): void {
    if (deed === "spawn") this.start(spawnOf(run.plan, why), run.session);
    if (deed === "purge")
      for (const other of this.live) if (other !== run && other.plan.task === run.plan.task) this.cancel(other);
  }

  /** Its method comes to its end as planned. */
  #ends(run: OracleRun): void {
    const { plan, attempt } = run;
    const end = plan.ends[attempt - 1] ?? "return";
    run.method = undefined;
    if (run.endedAt !== undefined) {
      // Nobody waits for it any more, but what it throws is reported.
      if (end !== "return") this.reported.push(`attempt ${attempt} of ${plan.id}`);
      return;
    }
    if (end === "return") return this.#end(run, run.reason === undefined ? "succeeded" : "cancelled");
    const retryMs = end === "throw" ? rulesOf(plan).retries?.[attempt - 1] : undefined;
    if (retryMs === undefined || run.reason !== undefined) return this.#fail(run, `attempt ${attempt} of ${plan.id}`);
    this.#later(retryMs, () => {
      if (run.endedAt === undefined) this.#attempt(run);
    });
  }

  /** It has heard that it was cancelled, and has put the state right. */
  #react(run: OracleRun): void {
    run.method = undefined;
    if (run.endedAt !== undefined) return;
    if (run.plan.reaction === "fail") this.#fail(run, `the clean-up of ${run.plan.id}`);
    else this.#end(run, "cancelled");
  }

  #fail(run: OracleRun, message: string): void {
    this.reported.push(message);
    run.error = message;
    this.#end(run, "failed");
  }

  #end(run: OracleRun, status: OracleRun["status"]): void {
    if (run.endedAt !== undefined) throw new Error(`${run.plan.id} ends twice.`);
    run.status = status;
    run.endedAt = this.now;
    const { running, waiting } = this.#lanes.get(run.lane)!;
    running.delete(run);
    const at = waiting.indexOf(run);
    if (at >= 0) waiting.splice(at, 1);
    this.#next(run.lane);
  }

  /** Those that wait first: else they would begin in the place of those that go. */
  #cancelAll(runs: readonly OracleRun[], reason: string): void {
    for (const run of runs) if (run.status === "queued") this.cancel(run, reason);
    for (const run of runs) this.cancel(run, reason);
  }

  #show(run: OracleRun, session: number): void {
    const name = `${session} ${run.plan.task}`;
    const list = this.#lists.get(name) ?? [];
    this.#lists.set(name, list);
    if (!list.includes(run)) list.push(run);
  }

  #later(ms: number, fire: () => void): Event {
    const event = { at: this.now + ms, order: (this.#order += 1), fire };
    this.#events.push(event);
    return event;
  }
}

function rulesOf({ task }: Plan): TaskRules {
  return TASKS[task];
}
