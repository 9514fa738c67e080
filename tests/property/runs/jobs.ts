import { event, PublicError, State, type Background, type Run } from "../../../src/index.ts";
import { TASKS, type Plan, type TaskName } from "./plans.ts";

/** What jobs tell the history that they are part of, and are told by it. */
export interface Stage {
  plan(id: string): Plan;
  /** A job begins an attempt; gives what to call when its method ends. */
  begins(plan: Plan, attempt: number, runId: string): () => void;
  /** A job waits: `open` is called when the history lets it end. */
  gate(id: string, open: () => void): void;
  purge(plan: Plan, runId: string): void;
  spawn(plan: Plan, why: "begin" | "abort", triggers: (task: TaskName, plan: Plan) => Run): void;
}

let stage: Stage;

/** The history that the jobs are part of from now on. */
export function setStage(next: Stage): void {
  stage = next;
}

type Job = Background<RunsState>;

async function work(job: Job, id: string): Promise<string> {
  const plan = stage.plan(id);
  const { task } = job;
  const attempt = task.attempt;
  const ends = stage.begins(plan, attempt, task.id);
  const does = (why: "begin" | "abort"): void => {
    const deed = why === "begin" ? plan.atBegin : plan.atAbort;
    if (attempt > 1) return;
    if (deed === "purge") stage.purge(plan, task.id);
    if (deed === "spawn")
      stage.spawn(plan, why, (name, spawned) => job.trigger(RunsState)[name](spawned.key, spawned.id));
  };
  try {
    // With a listener it is told there, and no wait owes it the news.
    task.signal.addEventListener("abort", () => does("abort"));
    does("begin");
    try {
      if (plan.locks) await job.lock((self) => void (self.count += 1));
      if (plan.wait !== "none" && !plan.isDeaf) task.signal.throwIfAborted();
      if (typeof plan.wait === "number") await task.sleep(plan.wait);
      else if (plan.wait === "gate") await atGate(id, plan.isDeaf ? undefined : task.signal);
    } catch (error) {
      if (plan.cleanUpMs > 0) {
        await job.lock((self) => void (self.cleaned += 1));
        await task.sleep(plan.cleanUpMs);
      }
      if (plan.reaction === "fail") throw cleanUpError(id);
      if (plan.reaction === "rethrow") throw error;
      return "swallowed";
    }
    const end = plan.ends[attempt - 1] ?? "return";
    if (end === "throw") throw new Error(`attempt ${attempt} of ${id}`);
    if (end === "final") throw new PublicError(`attempt ${attempt} of ${id}`);
    return `${id} is done`;
  } finally {
    ends();
  }
}

/** No cause: what was caused by a cancellation is one. */
function cleanUpError(id: string): Error {
  return new Error(`the clean-up of ${id}`);
}

function atGate(id: string, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error));
    stage.gate(id, resolve);
  });
}

const retry = { attempts: 3, minMs: 20_000, maxMs: 40_000, when: (error: unknown) => !(error instanceof PublicError) };
const key = (name: string): string => name;

/** A task of each policy, beside what else a task can be told. The rules in `TASKS` say the same. */
export class RunsState extends State {
  count = 0;
  cleaned = 0;

  @event({ background: true, retry, onDisconnect: "cancel" }) async parallel(this: Job, _key: string, id: string) {
    return work(this, id);
  }
  @event({ background: true, policy: "single", key }) async single(this: Job, _key: string, id: string) {
    return work(this, id);
  }
  @event({ background: true, policy: "join", key }) async join(this: Job, _key: string, id: string) {
    return work(this, id);
  }
  @event({ background: true, policy: "queue", retry }) async queue(this: Job, _key: string, id: string) {
    return work(this, id);
  }
  @event({ background: true, policy: "replace", key }) async replace(this: Job, _key: string, id: string) {
    return work(this, id);
  }
  @event({ background: true, policy: { limit: 2 }, timeoutMs: TASKS.two.timeoutMs, retry })
  async two(this: Job, _key: string, id: string) {
    return work(this, id);
  }
  @event({ background: true, policy: "join", per: "app", key, onDisconnect: "cancel" })
  async shared(this: Job, _key: string, id: string) {
    return work(this, id);
  }
  @event({ background: true, policy: "queue", per: "app", retry, onDisconnect: "cancel" })
  async line(this: Job, _key: string, id: string) {
    return work(this, id);
  }
  @event({ background: true, policy: "replace", per: "app", retry }) async swap(this: Job, _key: string, id: string) {
    return work(this, id);
  }
  @event({ background: true, policy: "replace", timeoutMs: TASKS.limited.timeoutMs })
  async limited(this: Job, _key: string, id: string) {
    return work(this, id);
  }
  @event({ background: true, policy: "queue", retry, onDisconnect: "cancel" })
  async tied(this: Job, _key: string, id: string) {
    return work(this, id);
  }

  /** Gives the history what is left of a task, which can trigger others, synchronously, as long as its session lives. */
  @event({ background: true }) async lend(this: Job, taken: string) {
    lent.set(taken, this);
  }
  /** Triggers inside the lock, and may be undone. */
  @event batch(ids: readonly string[], isUndone: boolean) {
    triggerAll(this, ids, isUndone);
  }
  @event({ background: true }) async batchLater(this: Job, ids: readonly string[], isUndone: boolean) {
    await this.lock((self) => triggerAll(self, ids, isUndone)).catch(() => {});
  }
}

/** Where `lend` leaves what it lends. */
export const lent = new Map<string, Job>();
/** What `batch` and the like were given, by the plan's id. */
export const batched = new Map<string, Run>();

/** Starts jobs from within a window, which is undone if asked for. */
export function triggerAll(self: RunsState, ids: readonly string[], isUndone: boolean): void {
  for (const id of ids) {
    const plan = stage.plan(id);
    batched.set(id, self.trigger(RunsState)[plan.task](plan.key, id));
  }
  if (isUndone) throw new PublicError("undone");
}
