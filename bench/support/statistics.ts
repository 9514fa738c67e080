/** The value below which this share of all is. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The middle one, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half) - 1]!) / 2;
}

/** What several rounds gave: the median, and how far they were apart. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The spread of one figure over rounds. */
export function spread(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/** The spread of a ratio: of two figures of the same round, for each round. */
export function ratios<T>(rounds: readonly T[], ratio: (round: T) => number): Spread {
  return spread(rounds.map(ratio));
}

/** A number with about three digits that count. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(size >= 10 ? 1 : size >= 0.1 ? 2 : 4);
}

/** A median with its spread in brackets. */
export function withSpread({ median, least, most }: Spread, unit = ""): string {
  return `${figure(median)}${unit} (${figure(least)} to ${figure(most)})`;
}
