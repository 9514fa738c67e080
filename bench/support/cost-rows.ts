import type { Change } from "./changes.ts";
import type { Row } from "./report.ts";
import { figure, median, ratios, withSpread } from "./statistics.ts";
import type { Throughput } from "./throughput.ts";

/** The rows that compare a change's cost with that of another. */
export function costRows(
  rounds: readonly Readonly<Record<string, Throughput>>[],
  base: Change,
  change: Change,
  atMost: number,
): readonly Row[] {
  const time = ratios(rounds, (round) => round[base.name]!.perSecond / round[change.name]!.perSecond);
  const cpu = ratios(rounds, (round) => round[change.name]!.serverMicros / round[base.name]!.serverMicros);
  return [
    {
      what: `${change.name}: time of an event, as a multiple of the ${base.name}'s`,
      figure: withSpread(time),
      target: `at most ${atMost}`,
      isMet: time.median <= atMost,
    },
    {
      what: `${change.name}: the same by the server's CPU time`,
      figure: `${withSpread(cpu)}, ${figure(median(rounds.map((round) => round[change.name]!.serverMicros)))} µs`,
    },
  ];
}
