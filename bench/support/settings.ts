/** `BENCH_QUICK=1`: small counts, to see that a bench works. Its figures mean little, and are not written to `results.md`. */
export const isQuick = process.env["BENCH_QUICK"] === "1";

/** A count, a number of rounds or a time: the second one where the run is to be quick. */
export function sized(full: number, quick: number): number {
  return isQuick ? quick : full;
}
