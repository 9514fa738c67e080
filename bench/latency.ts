/** Row 2: how long does one event of one client take, with nothing else to do? */
import { Contenders } from "./support/contender.ts";
import { pinDriver } from "./support/cores.ts";
import { measureLatencies } from "./support/latencies.ts";
import { LIMITS_NOTE, ROUNDS_NOTE } from "./support/notes.ts";
import { report } from "./support/report.ts";
import { sized } from "./support/settings.ts";
import { median, percentile, ratios, spread, withSpread } from "./support/statistics.ts";

const NAMES = ["floor", "meanwhile", "Socket.IO", "Colyseus"] as const;
type Name = (typeof NAMES)[number];

pinDriver();
const rounds: Record<Name, readonly number[]>[] = [];
{
  await using contenders = await Contenders.start(NAMES);
  // The first round only warms up.
  for (let round = 0; round <= sized(15, 2); round += 1) {
    const result: Partial<Record<Name, readonly number[]>> = {};
    for (const { name, server, open } of contenders.all)
      result[name as Name] = await measureLatencies(await open(server.port), sized(2_000, 200));
    if (round > 0) rounds.push(result as Record<Name, readonly number[]>);
  }
}

const share = ratios(rounds, (round) => median(round.meanwhile) / median(round.floor));
report({
  name: "latency",
  title: "2. Median latency of one event, one client",
  rows: [
    {
      what: "meanwhile's median, as a multiple of the floor's",
      figure: withSpread(share),
      target: "at most 1.4",
      isMet: share.median <= 1.4,
    },
    ...NAMES.map((name) => ({
      what: `${name}: median; 99 of 100 within`,
      figure: `${withSpread(spread(rounds.map((round) => median(round[name]) * 1_000)))} µs; ${withSpread(
        spread(rounds.map((round) => percentile(round[name], 0.99) * 1_000)),
      )} µs`,
    })),
  ],
  notes: [ROUNDS_NOTE, LIMITS_NOTE],
});
