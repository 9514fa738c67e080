/** What a job does: told to the state's code and to the oracle alike, and to nobody else. */
export interface Plan {
  readonly id: string;
  readonly task: TaskName;
  readonly key: string;
  /** Takes the lock before it does anything else. */
  readonly locks: boolean;
  /** `none`: it ends at once. `gate`: the history ends it. A number: it sleeps so long. */
  readonly wait: "none" | "gate" | number;
  /** One that waits at a gate may not look whether it was cancelled. */
  readonly isDeaf: boolean;
  /** How each of its attempts ends; later ones return. `final`: throws what is not worth another attempt. */
  readonly ends: readonly ("return" | "throw" | "final")[];
  /** What it does when it hears that it was cancelled. */
  readonly reaction: "rethrow" | "swallow" | "fail";
  /** Before that it takes the lock and sleeps so long, to put the state right. */
  readonly cleanUpMs: number;
  /** What it does, synchronously, as it begins, and in the listener of its signal. */
  readonly atBegin: Deed;
  readonly atAbort: Deed;
}

/** `purge`: cancels all other runs of its task, in all sessions. `spawn`: starts another run as it was started itself. */
export type Deed = "nothing" | "purge" | "spawn";

export const GRACE_MS = 50_000;
export const LEFT_MS = 9_001;
export const LOST_MS = 25_003;
export const KEEP_MS = 200_000;

/** What the state's class says of each task, said again. */
export interface TaskRules {
  readonly policy: "parallel" | "single" | "join" | "queue" | "replace" | 2;
  readonly isOfApp?: boolean;
  readonly isKeyed?: boolean;
  readonly isTied?: boolean;
  readonly timeoutMs?: number;
  /** The waits between its attempts: it has one attempt more. */
  readonly retries?: readonly number[];
}

const RETRIES = [15_000, 30_000];

export const TASKS = {
  parallel: { policy: "parallel", isTied: true, retries: RETRIES },
  single: { policy: "single", isKeyed: true },
  join: { policy: "join", isKeyed: true },
  queue: { policy: "queue", retries: RETRIES },
  replace: { policy: "replace", isKeyed: true },
  two: { policy: 2, timeoutMs: 100_000, retries: RETRIES },
  shared: { policy: "join", isOfApp: true, isKeyed: true, isTied: true },
  line: { policy: "queue", isOfApp: true, isTied: true, retries: RETRIES },
  swap: { policy: "replace", isOfApp: true, retries: RETRIES },
  limited: { policy: "replace", timeoutMs: 40_000 },
  tied: { policy: "queue", isTied: true, retries: RETRIES },
} as const satisfies Record<string, TaskRules>;

export type TaskName = keyof typeof TASKS;
export const TASK_NAMES = Object.keys(TASKS) as TaskName[];

/** What a job starts that spawns. */
export function spawnOf({ id, task, key }: Plan, why: "begin" | "abort"): Plan {
  return {
    id: `${id}/${why}`,
    task,
    key,
    locks: false,
    wait: "gate",
    isDeaf: false,
    ends: [],
    reaction: "rethrow",
    cleanUpMs: 0,
    atBegin: "nothing",
    atAbort: "nothing",
  };
}
