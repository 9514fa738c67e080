import { copyIn } from "../data/copy-in.ts";
import type { Node } from "../data/node.ts";
import { toPlain } from "../data/to-plain.ts";
import { resolveView } from "./view-target.ts";

/** A value as the state holds it: committed and immutable, never seen by user code. */
export type Value = Node;

/**
 * What user code holds, views of state included, as a committed value.
 *
 * @throws StateSerializationError for what is not plain data, naming its path below `path`.
 */
export function toValue(value: unknown, path: string): Value {
  return copyIn(value, path, resolveView);
}

/** A mutable copy of a committed value, for user code to keep. */
export function fromValue(value: Value): unknown {
  return toPlain(value);
}
