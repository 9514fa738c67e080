/** Row 9: what do 100,000 sleeping tasks take, in one process? */
import { pinDriver } from "./support/cores.ts";
import { LIMITS_NOTE, ROUNDS_NOTE } from "./support/notes.ts";
import { RawPage } from "./support/raw-page.ts";
import { report } from "./support/report.ts";
import { ServerProcess } from "./support/server-process.ts";
import { sized } from "./support/settings.ts";
import { figure, ratios, spread, withSpread } from "./support/statistics.ts";

const SESSIONS = 1_000;
const TASKS = sized(100, 10);
const ROUNDS = 10;
const SLEEP_MS = 100;
/** Long enough for all to be started and measured. */
const NAP_MS = sized(10_000, 2_000);

interface Measured {
  readonly bytesOfOne: number;
  readonly tookMs: number;
  readonly cpuMs: number;
}

/** One process: all sleep once, for the memory; then ten rounds, for the time. */
async function measure(isBare: boolean): Promise<Measured> {
  await using server = await ServerProcess.start("sleepers", ["--expose-gc"]);
  if (!isBare) {
    const pages = await Promise.all(Array.from({ length: SESSIONS }, () => RawPage.open(server.port, ["SleepState"])));
    await server.ask("remember");
    // Nobody watches: what is sent to pages is row 10.
    for (const page of pages) page.close();
  }
  const start = (rounds: number, sleepMs: number): Promise<void> =>
    isBare ? server.ask("startBare", SESSIONS, TASKS, rounds, sleepMs) : server.ask("start", TASKS, rounds, sleepMs);
  const before = await server.ask<NodeJS.MemoryUsage>("memory");
  await start(1, NAP_MS);
  const asleep = await server.ask<NodeJS.MemoryUsage>("memory");
  const sleeping = await server.ask<number>("running");
  if (sleeping !== SESSIONS * TASKS) throw new Error(`Only ${sleeping} tasks are asleep: NAP_MS is too short.`);
  await ended(server);
  const cpuBefore = await server.cpuMs();
  const startedAt = performance.now();
  await start(ROUNDS, SLEEP_MS);
  await ended(server);
  const tookMs = performance.now() - startedAt;
  const cpuMs = (await server.cpuMs()) - cpuBefore;
  const sums = await server.ask<readonly number[]>("sums");
  const total = sums.reduce((sum, each) => sum + each, 0);
  const expected = SESSIONS * TASKS * (ROUNDS + 1);
  if (total !== expected) throw new Error(`The sum is ${total}, not ${expected}.`);
  const bytesOfOne = (asleep.heapUsed + asleep.external - before.heapUsed - before.external) / sleeping;
  return { bytesOfOne, tookMs, cpuMs };
}

async function ended(server: ServerProcess): Promise<void> {
  while ((await server.ask<number>("running")) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

pinDriver();
const rounds: { bare: Measured; ours: Measured }[] = [];
for (let round = 0; round < sized(3, 1); round += 1)
  rounds.push({ bare: await measure(true), ours: await measure(false) });

const time = ratios(rounds, ({ bare, ours }) => ours.tookMs / bare.tookMs);
const memory = spread(rounds.map(({ ours }) => ours.bytesOfOne / 1_024));
report({
  name: "sleepers",
  title: `9. ${figure(SESSIONS * TASKS)} sleeping tasks, ten rounds`,
  rows: [
    { what: "sums", figure: "exact", target: "exact", isMet: true },
    {
      what: "memory of one",
      figure: withSpread(memory, " KB"),
      target: "at most 2 KB",
      isMet: memory.median <= 2,
    },
    {
      what: "memory of a bare one",
      figure: withSpread(spread(rounds.map(({ bare }) => bare.bytesOfOne / 1_024)), " KB"),
    },
    {
      what: "time in all, as a multiple of the bare loop's",
      figure: withSpread(time),
      target: "at most 1.5",
      isMet: time.median <= 1.5,
    },
    {
      what: "the same by CPU time",
      figure: withSpread(ratios(rounds, ({ bare, ours }) => ours.cpuMs / bare.cpuMs)),
    },
    {
      what: "time in all (the bare loop's)",
      figure: `${withSpread(spread(rounds.map(({ ours }) => ours.tookMs / 1_000)), " s")} (${withSpread(spread(rounds.map(({ bare }) => bare.tookMs / 1_000)), " s")})`,
    },
  ],
  notes: [
    `${TASKS} tasks in each of ${figure(SESSIONS)} sessions, whose pages have left; each round sleeps ${SLEEP_MS} ms. The bare loop counts in ${figure(SESSIONS)} objects. A wrong sum ends the bench with an error.`,
    ROUNDS_NOTE,
    LIMITS_NOTE,
  ],
});
