/** Row 1: how many events a second, of 50 clients that each send the next when the last is answered, `counter += 1`? */
import { LIMITS_NOTE } from "./support/notes.ts";
import { pinDriver } from "./support/cores.ts";
import { report } from "./support/report.ts";
import { measureRoundTrips } from "./support/round-trips.ts";
import { sized } from "./support/settings.ts";
import { figure, ratios, spread, withSpread } from "./support/statistics.ts";
import { bottleneck } from "./support/throughput.ts";

pinDriver();
const names = ["floor", "meanwhile", "Socket.IO", "Colyseus"] as const;
const rounds = await measureRoundTrips(names, { rounds: sized(9, 2), ms: sized(2_000, 300), clients: 50 });

const of = (over: (typeof names)[number]) => ratios(rounds, (r) => r.meanwhile.perSecond / r[over].perSecond);
const cpuOf = (over: (typeof names)[number]) => ratios(rounds, (r) => r[over].serverMicros / r.meanwhile.serverMicros);
const targets = [
  ["floor", 0.75],
  ["Socket.IO", 1.3],
  ["Colyseus", 1],
] as const;
report({
  name: "round-trips",
  title: "1. Event round trips a second, 50 clients",
  rows: [
    ...targets.flatMap(([name, target]) => [
      {
        what: `events a second, as a share of ${name}'s`,
        figure: withSpread(of(name)),
        target: `at least ${target}`,
        isMet: of(name).median >= target,
      },
      { what: `the same by the server's CPU time`, figure: withSpread(cpuOf(name)) },
    ]),
    ...names.map((name) => ({
      what: `${name}: events a second; CPU time of one`,
      figure: `${figure(spread(rounds.map((r) => r[name].perSecond)).median)}; ${figure(spread(rounds.map((r) => r[name].serverMicros)).median)} µs`,
    })),
  ],
  notes: [
    ...names.map((name) => `${name}: ${bottleneck(rounds.map((r) => r[name]))}.`),
    "Colyseus sends a patch at once for each message (`broadcastPatch`); by default it would wait for the next 50 ms. Its client counts patches, and does not decode them.",
    LIMITS_NOTE,
  ],
});
