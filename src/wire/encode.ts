import { StateSerializationError } from "../base/errors.ts";
import { encodeNumber, Tag, TAG_KEY, tagged, type Encoded } from "./codec.ts";

/** How deep an argument may be nested: no cycle gets further. */
const MAX_DEPTH = 64;

/**
 * A plain value of the page as it crosses the wire.
 *
 * @throws StateSerializationError for what is not plain data, naming its path.
 */
export function encodePlain(value: unknown, path = "the value", depth = 0): Encoded {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return encodeNumber(value);
    case "undefined":
      return tagged(Tag.undefined);
    case "bigint":
      return tagged(Tag.bigint, String(value));
    case "object":
      return value === null ? null : encodeObject(value, path, depth + 1);
    default:
      throw new StateSerializationError(path, `is a ${typeof value}, and only plain data can be sent.`);
  }
}

function encodeObject(value: object, path: string, depth: number): Encoded {
  if (depth > MAX_DEPTH)
    throw new StateSerializationError(path, `is nested more than ${MAX_DEPTH} levels deep, or in a circle.`);
  const inner = (item: unknown, key: unknown): Encoded =>
    encodePlain(item, `${path}[${typeof key === "string" ? JSON.stringify(key) : String(key)}]`, depth);
  if (Array.isArray(value)) return Array.from(value as unknown[], inner);
  if (value instanceof Date) return tagged(Tag.date, Number.isNaN(value.getTime()) ? null : value.getTime());
  if (value instanceof Map)
    return tagged(
      Tag.map,
      Array.from(value as Map<unknown, unknown>, ([key, item]) => [inner(key, "key"), inner(item, key)]),
    );
  if (value instanceof Set)
    return tagged(
      Tag.set,
      Array.from(value as Set<unknown>, (item) => inner(item, "member")),
    );
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new StateSerializationError(
      path,
      `is an instance of ${value.constructor.name || "a class"}, and only plain data can be sent.`,
    );
  }
  const source = value as Record<string, unknown>;
  if (Object.hasOwn(source, TAG_KEY))
    return tagged(
      Tag.object,
      Object.keys(source).map((key) => [key, inner(source[key], key)]),
    );
  const encoded: Record<string, Encoded> = {};
  for (const key of Object.keys(source)) {
    if (key === "__proto__") throw new StateSerializationError(path, 'has a key named "__proto__", which is refused.');
    encoded[key] = inner(source[key], key);
  }
  return encoded;
}
