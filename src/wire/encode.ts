import { StateSerializationError } from "../base/errors.ts";
import type { Primitive } from "../data/node.ts";
import { encodeDate, encodeLeaf, Tag, TAG_KEY, tagged, type Encoded } from "./codec.ts";
import { placeOf, type Way } from "./way.ts";

/**
 * A plain value of the page as it crosses the wire.
 *
 * @throws StateSerializationError for what is not plain data or has more than `maxDepth` levels (no cycle gets
 * further), naming its path.
 */
export function encodePlain(value: unknown, maxDepth: number): Encoded {
  const way: Way = [];
  return encode(value);

  function encode(item: unknown): Encoded {
    if (typeof item === "object" && item !== null) return encodeObject(item);
    return typeof item === "function" || typeof item === "symbol"
      ? refuse(`is a ${typeof item}, and only plain data can be sent.`)
      : encodeLeaf(item as Primitive);
  }

  function encodeObject(item: object): Encoded {
    if (way.length >= maxDepth) refuse(`is nested more than ${maxDepth} levels deep, or in a circle.`);
    if (item instanceof Date) return encodeDate(item);
    if (Array.isArray(item)) return Array.from(item, within);
    if (item instanceof Map)
      return tagged(
        Tag.map,
        Array.from(item, ([key, entry], at) => [within(key, at), within(entry, String(key))]),
      );
    if (item instanceof Set) return tagged(Tag.set, Array.from(item, within));
    const prototype: unknown = Object.getPrototypeOf(item);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
      refuse(`is an instance of ${item.constructor.name || "a class"}, and only plain data can be sent.`);
    const entries = Object.entries(item).map(([key, field]) => {
      if (key === "__proto__") refuse('has a key named "__proto__", which is refused.');
      return [key, within(field, key)] as const;
    });
    return Object.hasOwn(item, TAG_KEY) ? tagged(Tag.object, entries) : Object.fromEntries(entries);
  }

  function within(part: unknown, step: string | number): Encoded {
    way.push(step);
    const encoded = encode(part);
    way.pop();
    return encoded;
  }

  function refuse(reason: string): never {
    throw new StateSerializationError(placeOf("the value", way), reason);
  }
}
