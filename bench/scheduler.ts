/**
 * What do the lock and its scheduling cost, with nothing under the lock, and how long does everybody else wait? Windows a second as shares of a bare
 * loop of `await undefined` in a process of its own, both by the CPU time that they took (other processes may be busy); meanwhile, events wait for the
 * same locks, and a timer is watched.
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { systemClock } from "../src/base/clock.ts";
import { Scheduler } from "../src/sessions/scheduler.ts";
import { SessionLock, type LockHolder } from "../src/sessions/session-lock.ts";

const RUN_MS = 2_000;
const BATCH = 10_000;
const TIMER_MS = 5;
const task: LockHolder = { name: "bench task" };
const event: LockHolder = { name: "bench event" };

const cases = {
  "one session": { sessions: 1, tasks: 1, isAsync: false },
  "one session, 10 tasks": { sessions: 1, tasks: 10, isAsync: false },
  "one session, asynchronous windows": { sessions: 1, tasks: 1, isAsync: true },
  "1,000 sessions": { sessions: 1_000, tasks: 1, isAsync: false },
  "1,000 sessions, asynchronous windows": { sessions: 1_000, tasks: 1, isAsync: true },
};
type Case = (typeof cases)[keyof typeof cases];

interface Figures {
  readonly perSecond: number;
  /** How long events waited for the lock, in ms, in order. */
  readonly waits: readonly number[];
  readonly timerLateMs: readonly number[];
  /** Windows of the session that had the fewest, as a share of the average. */
  readonly leastShare: number;
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

/** CPU time of this process, in ms. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function bareLoop(): Promise<number> {
  let count = 0;
  const start = performance.now();
  const cpuStart = cpuMs();
  while (performance.now() - start < RUN_MS) {
    for (let i = 0; i < BATCH; i += 1) await undefined;
    count += BATCH;
  }
  return (count * 1_000) / (cpuMs() - cpuStart);
}

async function measure({ sessions, tasks, isAsync }: Case): Promise<Figures> {
  const scheduler = new Scheduler({ onError: console.error });
  const options = { lockTimeoutMs: 30_000, slowHoldMs: 1_000, onSlowHold: console.error, onSlowWait: console.error };
  const locks = Array.from({ length: sessions }, () => new SessionLock(scheduler, systemClock, options));
  const counts = new Array<number>(sessions).fill(0);
  let isOver = false;
  const loop = async (lock: SessionLock, index: number): Promise<void> => {
    while (!isOver) {
      if (!lock.tryAcquire("window", task)) await lock.acquire("window", task);
      counts[index]! += 1;
      if (isAsync) {
        lock.watchHolder();
        await undefined;
      }
      lock.release();
      await undefined;
    }
  };
  const waits: number[] = [];
  const timerLateMs: number[] = [];
  const start = performance.now();
  const cpuStart = cpuMs();
  const loops = locks.flatMap((lock, index) => Array.from({ length: tasks }, () => loop(lock, index)));
  let due = start + TIMER_MS;
  const interval = setInterval(() => {
    timerLateMs.push(performance.now() - due);
    due = performance.now() + TIMER_MS;
  }, TIMER_MS);
  for (let at = 0; performance.now() - start < RUN_MS; at += 7) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const lock = locks[at % sessions]!;
    const asked = performance.now();
    if (!lock.tryAcquire("event", event)) await lock.acquire("event", event);
    waits.push(performance.now() - asked);
    lock.release();
  }
  const tookMs = cpuMs() - cpuStart;
  isOver = true;
  clearInterval(interval);
  await Promise.all(loops);
  const sum = counts.reduce((total, count) => total + count, 0);
  return {
    perSecond: (sum * 1_000) / tookMs,
    waits: ascending(waits),
    timerLateMs: ascending(timerLateMs),
    leastShare: (Math.min(...counts) * sessions) / sum,
  };
}

const [, , role, name] = process.argv;
if (role === "child") {
  const figures = name === "bare" ? { perSecond: await bareLoop() } : await measure(cases[name as keyof typeof cases]);
  process.send!(figures, () => process.disconnect());
} else {
  const run = <R>(of: string): Promise<R> =>
    new Promise((resolve, reject) => {
      const child = fork(fileURLToPath(import.meta.url), ["child", of]);
      child.once("message", (message) => resolve(message as R));
      child.once("error", reject);
    });
  const rows: Record<string, Record<string, string>> = {};
  for (const of of Object.keys(cases)) {
    const bare = await run<{ perSecond: number }>("bare");
    const { perSecond, waits, timerLateMs, leastShare } = await run<Figures>(of);
    rows[of] = {
      "windows/s": Math.round(perSecond).toLocaleString("en"),
      "share of bare": (perSecond / bare.perSecond).toFixed(3),
      "least session": leastShare.toFixed(2),
      "event p50, p99 ms": `${percentile(waits, 0.5).toFixed(2)}, ${percentile(waits, 0.99).toFixed(2)}`,
      "timer late p50, p99 ms": `${percentile(timerLateMs, 0.5).toFixed(2)}, ${percentile(timerLateMs, 0.99).toFixed(2)}`,
    };
  }
  console.table(rows);
}
