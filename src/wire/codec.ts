import type { Primitive } from "../data/node.ts";

/**
 * A value as it crosses the wire: JSON values as they are, anything else as a tagged object `{ "$": [tag, ...] }`.
 * An object that itself has a key `$` is tagged too.
 */
export type Encoded = string | number | boolean | null | readonly Encoded[] | { readonly [key: string]: Encoded };

/** A patch whose values are encoded. */
export type EncodedPatch = readonly unknown[];

/** The key of a tagged object. */
export const TAG_KEY = "$";

/** The tags: what a tagged object holds. */
export const Tag = {
  /** `["u"]` */
  undefined: "u",
  /** `["n", "NaN" | "Infinity" | "-Infinity" | "-0"]` */
  number: "n",
  /** `["b", digits]` */
  bigint: "b",
  /** `["d", msOrNull]`: null for an invalid date. */
  date: "d",
  /** `["m", [[key, value], ...]]` */
  map: "m",
  /** `["s", [member, ...]]` */
  set: "s",
  /** `["o", [[key, value], ...]]`: an object that has a key `$`. */
  object: "o",
} as const;

/** A tagged value. */
export function tagged(tag: string, ...content: Encoded[]): Encoded {
  return { [TAG_KEY]: [tag, ...content] };
}

/** A value that is no object, tagged where JSON has no word for it. */
export function encodeLeaf(value: Primitive): Encoded {
  if (typeof value === "number") {
    if (Number.isFinite(value) && !Object.is(value, -0)) return value;
    return tagged(Tag.number, Object.is(value, -0) ? "-0" : String(value));
  }
  if (value === undefined) return tagged(Tag.undefined);
  return typeof value === "bigint" ? tagged(Tag.bigint, String(value)) : value;
}

/** A date as its milliseconds; null for an invalid one. */
export function encodeDate(date: Date): Encoded {
  const ms = date.getTime();
  return tagged(Tag.date, Number.isNaN(ms) ? null : ms);
}
