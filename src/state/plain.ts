import { copyIn } from "../data/copy-in.ts";
import type { DeepReadonly, Leaf } from "../data/deep-readonly.ts";
import { toPlain } from "../data/to-plain.ts";
import { resolveView } from "./view-target.ts";

/** `T` as a mutable copy of it has it. */
export type Plain<T> = T extends Leaf
  ? T
  : T extends Omit<Date, `set${string}`>
    ? Date
    : T extends ReadonlyMap<infer K, infer V>
      ? Map<Plain<K>, Plain<V>>
      : T extends ReadonlySet<infer V>
        ? Set<Plain<V>>
        : { -readonly [K in keyof T]: Plain<T[K]> };

/**
 * A mutable copy of a read-only view (or of any plain value): it belongs to the caller, and changing it changes no state.
 *
 * @throws StateSerializationError for what is not plain data.
 */
export function plain<T>(value: T | DeepReadonly<T>): Plain<T> {
  return toPlain(copyIn(value, "the value given to plain()", resolveView)) as Plain<T>;
}
