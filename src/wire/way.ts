import { pathOf } from "../data/path.ts";

/**
 * The keys and indexes that lead from a value into it: kept while it is walked through, and made a path of when
 * something is wrong.
 */
export type Way = (string | number)[];

/** Names the place where a way ends. */
export function placeOf(base: string, way: Way): string {
  return way.reduce<string>((path, step) => (typeof step === "number" ? `${path}[${step}]` : pathOf(path, step)), base);
}
