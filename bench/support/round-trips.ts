import { Contenders, type ContenderName } from "./contender.ts";
import { measureThroughput, type Throughput } from "./throughput.ts";

/** A round: each contender's figures, measured one right after the other. */
export type RoundTrips<N extends string = string> = Readonly<Record<N, Throughput>>;

/** Rounds of events round trips of these contenders, interleaved. */
export async function measureRoundTrips<N extends ContenderName>(
  names: readonly N[],
  { rounds, ms, clients }: { readonly rounds: number; readonly ms: number; readonly clients: number },
): Promise<readonly RoundTrips<N>[]> {
  await using contenders = await Contenders.start(names);
  const results: RoundTrips<N>[] = [];
  // The first round only warms up.
  for (let round = 0; round <= rounds; round += 1) {
    const result: Record<string, Throughput> = {};
    for (const contender of contenders.all)
      result[contender.name] = await measureThroughput(contender, { clients, ms, warmUpMs: ms / 4 });
    if (round > 0) results.push(result as RoundTrips<N>);
  }
  return results;
}
