import { ProtocolError } from "../base/errors.ts";
import { MAX_NAME_LENGTH } from "./limits.ts";

/** An object of a JSON text. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Refuses a message: `what` names the part that is wrong, never its value. */
export function refuse(what: string): never {
  throw new ProtocolError("BAD_MESSAGE", `Bad message: ${what}.`);
}

/** The object that a frame holds as JSON. */
export function parseFrame(frame: unknown): JsonRecord {
  if (typeof frame !== "string") refuse("not text");
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    refuse("not JSON");
  }
  return asRecord(value, "message");
}

/** `value`, which must be an object and no array. */
export function asRecord(value: unknown, what: string): JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonRecord) : refuse(what);
}

/** `value`, which must be a string of at most `maxLength` UTF-16 units. */
export function asText(value: unknown, maxLength: number, what: string): string {
  return typeof value === "string" && value.length <= maxLength ? value : refuse(what);
}

/** `value`, which must be a string that can name something: not empty, not long, and safe as a key. */
export function asName(value: unknown, what: string): string {
  return asText(value, MAX_NAME_LENGTH, what) && value !== "__proto__" ? (value as string) : refuse(what);
}

/** `value`, which must be a whole number from 0 up that doubles hold exactly. */
export function asCount(value: unknown, what: string): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : refuse(what);
}

/** The items of `value`, which must be an array of at most `maxLength`, each as `asItem` rebuilds it. */
export function asList<T>(
  value: unknown,
  maxLength: number,
  what: string,
  asItem: (item: unknown, what: string) => T,
): T[] {
  return Array.isArray(value) && value.length <= maxLength ? value.map((item) => asItem(item, what)) : refuse(what);
}

/** The object `value` rebuilt: its keys must be names, each value is as `asValue` rebuilds it. */
export function asEntries<T>(value: unknown, what: string, asValue: (value: unknown) => T): Record<string, T> {
  const entries: Record<string, T> = {};
  for (const [key, entry] of Object.entries(asRecord(value, what))) entries[asName(key, what)] = asValue(entry);
  return entries;
}
