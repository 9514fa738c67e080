/** Rows 1, 4 and 6 within a minute, with wide margins: has something become much slower? Exit code 1 where it has. */
import { COUNTER, measureChanges, type Change } from "./support/changes.ts";
import { pinDriver } from "./support/cores.ts";
import { measureRoundTrips } from "./support/round-trips.ts";
import { ServerProcess } from "./support/server-process.ts";
import { figure, median } from "./support/statistics.ts";
import { measureStreaming } from "./support/streaming.ts";

interface Check {
  readonly what: string;
  readonly value: number;
  readonly limit: string;
  readonly isFine: boolean;
}

const ROUNDS = 3;

pinDriver();
const checks: Check[] = [];

/** By CPU time: CI's machines have other guests. */
const roundTrips = await measureRoundTrips(["floor", "meanwhile"], { rounds: ROUNDS, ms: 1_500, clients: 50 });
const share = median(roundTrips.map((round) => round.floor.serverMicros / round.meanwhile.serverMicros));
checks.push({
  what: "row 1: events, as a share of the floor's",
  value: share,
  limit: "at least 0.4",
  isFine: share >= 0.4,
});

{
  await using server = await ServerProcess.start("states", ["--expose-gc"]);
  const list: Change = { name: "list", state: "ListState", fill: 10_000 };
  const changes = await measureChanges(server, [list], { rounds: ROUNDS, ms: 1_000, clients: 10 });
  const cost = median(changes.map((round) => round[list.name]!.serverMicros / round[COUNTER.name]!.serverMicros));
  checks.push({
    what: "row 4: appending to 10,000 items, as a multiple of row 1",
    value: cost,
    limit: "at most 3",
    isFine: cost <= 3,
  });

  const ratios: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const once = await measureStreaming(server, 10_000, true);
    const twice = await measureStreaming(server, 20_000, true);
    if (round > 0) ratios.push(twice.serverMs / once.serverMs);
  }
  const growth = median(ratios);
  checks.push({
    what: "row 6: twice as many tokens, as a multiple",
    value: growth,
    limit: "at most 3.5",
    isFine: growth <= 3.5,
  });
}

console.table(
  checks.map(({ what, value, limit, isFine }) => ({
    what,
    value: figure(value),
    limit,
    verdict: isFine ? "fine" : "SLOW",
  })),
);
if (checks.some(({ isFine }) => !isFine)) process.exitCode = 1;
