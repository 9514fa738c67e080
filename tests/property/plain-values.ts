import fc from "fast-check";

/** Any value that a var may hold. */
export const plainValue = (maxDepth = 3): fc.Arbitrary<unknown> =>
  fc.letrec((tie) => ({
    leaf: fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.double(),
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.boolean(),
      fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
      fc.date({ noInvalidDate: false }),
      fc.constantFrom(null, undefined, NaN, Infinity, -Infinity, -0, 0, "\ud800", ""),
    ),
    key: fc.oneof(
      fc.constantFrom("a", "b", "c", "id", "$", "constructor", "toString", "a b"),
      fc.string({ maxLength: 4 }).filter((key) => key !== "__proto__"),
    ),
    list: fc.array(tie("value"), { maxLength: 6 }),
    record: fc.dictionary(tie("key") as fc.Arbitrary<string>, tie("value"), { maxKeys: 5, noNullPrototype: true }),
    map: fc.array(fc.tuple(tie("leaf"), tie("value")), { maxLength: 5 }).map((entries) => new Map(entries)),
    set: fc.array(tie("value"), { maxLength: 5 }).map((members) => new Set(members)),
    value: fc.oneof(
      { maxDepth, withCrossShrink: true },
      tie("leaf"),
      tie("list"),
      tie("record"),
      tie("map"),
      tie("set"),
    ),
  })).value;

/** A value as text in which all that counts shows: order of Maps and Sets, -0, NaN, undefined against a missing key. Order of an object's keys does not. */
export function shown(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (Array.isArray(value)) return `[${Array.from(value, shown).join(",")}]`;
  if (value instanceof Map)
    return `Map{${[...value].map(([key, entry]) => `${shown(key)}=>${shown(entry)}`).join(",")}}`;
  if (value instanceof Set) return `Set{${[...value].map(shown).join(",")}}`;
  return `{${Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${shown((value as Record<string, unknown>)[key])}`)
    .join(",")}}`;
}
