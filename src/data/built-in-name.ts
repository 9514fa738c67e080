import { FrozenMap } from "./frozen-map.ts";
import { FrozenSet } from "./frozen-set.ts";

/** The kinds of objects that are plain data. */
export type BuiltInName = "Object" | "Array" | "Date" | "Map" | "Set";

/**
 * Which kind of plain data an object is, of this realm or another (an iframe, a vm context); undefined for instances of
 * any other class.
 */
export function builtInName(value: object, prototype: unknown): BuiltInName | undefined {
  if (prototype === Object.prototype || prototype === null) return "Object";
  // Only Array.prototype itself is an array too: a subclass's is not.
  if (Array.isArray(value)) return Array.isArray(prototype) ? "Array" : undefined;
  if (prototype === Date.prototype) return "Date";
  if (prototype === Map.prototype || prototype === FrozenMap.prototype) return "Map";
  if (prototype === Set.prototype || prototype === FrozenSet.prototype) return "Set";
  return foreignName(value, prototype as object);
}

function foreignName(value: object, prototype: object): BuiltInName | undefined {
  if (isObjectPrototype(prototype)) return "Object";
  const parent: unknown = Object.getPrototypeOf(prototype);
  if (parent === Object.prototype || !isObjectPrototype(parent)) return undefined;
  const tag = Object.prototype.toString.call(value);
  return tag === "[object Date]" ? "Date" : tag === "[object Map]" ? "Map" : tag === "[object Set]" ? "Set" : undefined;
}

/** Whether this is the Object.prototype of some realm. */
function isObjectPrototype(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.getPrototypeOf(value) === null &&
    Object.hasOwn(value, "hasOwnProperty") &&
    Object.hasOwn(value, "isPrototypeOf")
  );
}
