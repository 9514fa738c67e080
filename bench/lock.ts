/** Row 3: how many lock windows a second do tasks in tight loops get, and what becomes of everybody else meanwhile? */
import { pinDriver } from "./support/cores.ts";
import { LIMITS_NOTE, ROUNDS_NOTE } from "./support/notes.ts";
import { RawPage } from "./support/raw-page.ts";
import { report, type Row } from "./support/report.ts";
import { ServerProcess } from "./support/server-process.ts";
import { sized } from "./support/settings.ts";
import { figure, percentile, ratios, spread, withSpread, type Spread } from "./support/statistics.ts";

const CASES = [
  { name: "one session", sessions: 1, task: "loop", share: 0.06 },
  { name: "1,000 sessions", sessions: 1_000, task: "loop", share: 0.045 },
  { name: "one session, asynchronous callbacks", sessions: 1, task: "asyncLoop", share: 0.015 },
] as const;
const RUN_MS = sized(4_000, 1_000);
const PAUSE_MS = 5;

interface Figures {
  /** Windows for each second of the server's CPU time. */
  readonly windows: number;
  readonly p50: number;
  readonly p99: number;
  readonly timerLateMs: number;
  readonly deltas: number;
}

/** Pages whose events are timed, one after the other, while the task (if any) loops in each session. */
async function measure(sessions: number, task: string | undefined): Promise<Figures> {
  await using server = await ServerProcess.start("loops");
  const pages: RawPage[] = [];
  for (let at = 0; at < sessions; at += 1) pages.push(await RawPage.open(server.port, ["LoopState"]));
  for (const page of pages) await page.call("LoopState", "click");
  if (task !== undefined) for (const page of pages) page.send("LoopState", task);
  // Warm, and every task has started.
  for (let at = 0; at < 200; at += 1) await pages[at % sessions]!.call("LoopState", "click");
  const deltas = (): number => pages.reduce((sum, page) => sum + page.updates, 0);
  await server.ask("latest");
  const [cpuBefore, windowsBefore, deltasBefore] = [
    await server.cpuMs(),
    await server.ask<number>("windows"),
    deltas(),
  ];
  const latencies: number[] = [];
  const start = performance.now();
  for (let at = 0; performance.now() - start < RUN_MS; at += 1) {
    const sent = performance.now();
    await pages[at % sessions]!.call("LoopState", "click");
    latencies.push(performance.now() - sent);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  const [cpuAfter, windowsAfter, deltasAfter] = [await server.cpuMs(), await server.ask<number>("windows"), deltas()];
  const timerLateMs = await server.ask<number>("latest");
  await server.ask("stop");
  for (const page of pages) page.close();
  return {
    windows: ((windowsAfter - windowsBefore) * 1_000) / (cpuAfter - cpuBefore),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    timerLateMs,
    deltas: deltasAfter - deltasBefore,
  };
}

/** Bare awaits for each second of CPU time. */
async function measureBareLoop(): Promise<number> {
  await using server = await ServerProcess.start("bare-loop");
  // Awaited here: the process ends with this block.
  return await server.ask<number>("run", RUN_MS / 2);
}

interface Round {
  readonly bare: number;
  readonly idle: Figures;
  readonly busy: Figures;
}

function rowsOf(name: string, share: number, rounds: readonly Round[]): Row[] {
  const windows = ratios(rounds, ({ bare, busy }) => busy.windows / bare);
  const above = (which: "p50" | "p99"): Spread => spread(rounds.map(({ idle, busy }) => busy[which] - idle[which]));
  const at = (which: "p50" | "p99"): string =>
    `${withSpread(above(which), " ms")}, idle ${figure(spread(rounds.map(({ idle }) => idle[which])).median)} ms`;
  const late = spread(rounds.map(({ busy }) => busy.timerLateMs));
  return [
    {
      what: `${name}: windows, as a share of bare awaits`,
      figure: `${withSpread(windows)}, ${figure(spread(rounds.map(({ busy }) => busy.windows)).median)} a second`,
      target: `at least ${share}`,
      isMet: windows.median >= share,
    },
    {
      what: `${name}: the page's events above idle, p50`,
      figure: at("p50"),
      target: "at most 2 ms",
      isMet: above("p50").median <= 2,
    },
    {
      what: `${name}: the page's events above idle, p99`,
      figure: at("p99"),
      target: "at most 10 ms",
      isMet: above("p99").median <= 10,
    },
    {
      what: `${name}: timers late, the latest (idle)`,
      figure: `${withSpread(late, " ms")} (${figure(spread(rounds.map(({ idle }) => idle.timerLateMs)).median)} ms)`,
      target: "at most 10 ms",
      isMet: late.median <= 10,
    },
    { what: `${name}: deltas that pages got`, figure: figure(spread(rounds.map(({ busy }) => busy.deltas)).median) },
  ];
}

pinDriver();
const rows: Row[] = [];
for (const { name, sessions, task, share } of CASES) {
  const rounds: Round[] = [];
  for (let round = 0; round < sized(5, 1); round += 1) {
    const bare = await measureBareLoop();
    const idle = await measure(sessions, undefined);
    rounds.push({ bare, idle, busy: await measure(sessions, task) });
  }
  rows.push(...rowsOf(name, share, rounds));
}

report({
  name: "lock",
  title: "3. Lock windows a second in tight loops, pages connected",
  rows,
  notes: [
    "Windows and bare awaits are counted by the CPU time of their process, so that who else runs on the core does not count. The server's flushes and the page's events are part of its time.",
    "Every process is fresh, on the same core; the pages are in another.",
    ROUNDS_NOTE,
    LIMITS_NOTE,
  ],
});
