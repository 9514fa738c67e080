/** What a million reports of progress cost: with a page that watches, and with one that does not. */
import { pinDriver } from "./support/cores.ts";
import { ROUNDS_NOTE } from "./support/notes.ts";
import { RawPage } from "./support/raw-page.ts";
import { report } from "./support/report.ts";
import { ServerProcess } from "./support/server-process.ts";
import { sized } from "./support/settings.ts";
import { figure, ratios, spread, withSpread } from "./support/statistics.ts";

const REPORTS = sized(1_000_000, 100_000);

interface Measured {
  readonly tookMs: number;
  readonly updates: number;
  readonly bytes: number;
}

async function measure(server: ServerProcess, isWatched: boolean): Promise<Measured> {
  const page = await RawPage.open(server.port, ["ProgressState", ...(isWatched ? ["ProgressState.work"] : [])]);
  let updates = 0;
  let bytes = 0;
  page.onUpdate = (payload) => {
    updates += 1;
    bytes += payload.length;
  };
  await page.call("ProgressState", "work", [REPORTS]);
  while ((await server.ask<number>("running")) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const tookMs = await server.ask<number>("tookMs");
  page.close();
  return { tookMs, updates, bytes };
}

pinDriver();
await using server = await ServerProcess.start("progress");
const rounds: { bareMs: number; unwatched: Measured; watched: Measured }[] = [];
for (let round = 0; round < sized(5, 1); round += 1) {
  const unwatched = await measure(server, false);
  const watched = await measure(server, true);
  rounds.push({ bareMs: await server.ask<number>("bare", REPORTS), unwatched, watched });
}

const perSecond = spread(rounds.map(({ watched }) => REPORTS / (watched.tookMs / 1_000)));
report({
  name: "progress",
  title: `${figure(REPORTS)} reports of progress`,
  rows: [
    { what: "reports a second, a page watches", figure: withSpread(perSecond) },
    {
      what: "time, as a multiple of the same loop without a task",
      figure: withSpread(ratios(rounds, ({ bareMs, watched }) => watched.tookMs / bareMs)),
    },
    {
      what: "time with a page that watches, as a multiple of the time with one that does not",
      figure: withSpread(ratios(rounds, ({ unwatched, watched }) => watched.tookMs / unwatched.tookMs)),
    },
    {
      what: "updates that the watching page is sent in a second",
      figure: withSpread(spread(rounds.map(({ watched }) => watched.updates / (watched.tookMs / 1_000)))),
      target: "what a page can show: at most 130",
      isMet: rounds.every(({ watched }) => watched.updates / (watched.tookMs / 1_000) <= 130),
    },
    {
      what: "bytes of one of them",
      figure: withSpread(spread(rounds.map(({ watched }) => watched.bytes / watched.updates))),
    },
    {
      what: "updates of runs that a page is sent which does not watch",
      figure: `${Math.max(...rounds.map(({ unwatched }) => unwatched.updates)) - 1}`,
      target: "none",
      isMet: rounds.every(({ unwatched }) => unwatched.updates === 1),
    },
  ],
  notes: ["After every 1,000 reports the loop gives others a turn.", ROUNDS_NOTE],
});
