const numbers = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const countries = new Intl.DisplayNames("en", { type: "region", fallback: "code" });

/** 12345 as "12,345". */
export function count(value: number): string {
  return numbers.format(value);
}

/** A duration as "2.4 s" or "1 min 5 s". */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** "FR" as "France"; what is no country's code is given as it is. */
export function countryName(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (countries.of(code) ?? code) : code;
}

/** Degrees as "47.37° N, 8.55° E". */
export function position(lat: number, lng: number): string {
  const degrees = (value: number, [positive, negative]: readonly [string, string]): string =>
    `${Math.abs(value).toFixed(2)}° ${value < 0 ? negative : positive}`;
  return `${degrees(lat, ["N", "S"])}, ${degrees(lng, ["E", "W"])}`;
}
