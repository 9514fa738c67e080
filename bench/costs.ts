/** For docs/explanation/performance.md: what kinds of vars cost an event, as multiples of `counter += 1` alone. */
import { COUNTER, measureChanges, type Change } from "./support/changes.ts";
import { pinDriver } from "./support/cores.ts";
import { LIMITS_NOTE, ROUNDS_NOTE } from "./support/notes.ts";
import { report } from "./support/report.ts";
import { ServerProcess } from "./support/server-process.ts";
import { sized } from "./support/settings.ts";
import { figure, median, ratios, withSpread } from "./support/statistics.ts";

const CHANGES: readonly Change[] = [
  { name: "a dozen vars, one changes", state: "WideState", fill: 0 },
  { name: "ten computed vars that change with it", state: "ComputedState", fill: 0 },
  { name: "a computed var over 1,000 numbers that do not change", state: "UntouchedState", fill: 1_000 },
  { name: "a computed var over 1,000 numbers, one changes", state: "SummedState", fill: 1_000 },
  { name: "a list of 1,000, replaced by `map`", state: "CopiedState", fill: 1_000 },
  { name: "a list of 1,000, one appended", state: "ListState", fill: 1_000 },
  { name: "a log of 1,000 lines, one in, one out", state: "LogState", fill: 1_000 },
];

pinDriver();
await using server = await ServerProcess.start("states", ["--expose-gc"]);
const rounds = await measureChanges(server, CHANGES, { rounds: sized(7, 1), ms: sized(1_000, 300), clients: 20 });

report({
  name: "costs",
  title: "What kinds of vars cost",
  rows: CHANGES.map(({ name }) => ({
    what: name,
    figure: withSpread(ratios(rounds, (round) => round[name]!.serverMicros / round[COUNTER.name]!.serverMicros)),
  })),
  notes: [
    `CPU time of the server for one event, as a multiple of that of \`counter += 1\` alone (${figure(median(rounds.map((round) => round[COUNTER.name]!.serverMicros)))} µs), message and answer included.`,
    ROUNDS_NOTE,
    LIMITS_NOTE,
  ],
});
