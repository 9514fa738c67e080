import type { Node } from "../data/node.ts";

/** The key under which a view (a draft's or a read-only one) gives what stands behind it. Never exported from the package. */
export const TARGET: unique symbol = Symbol("meanwhile.target");

/** Node's hook for `console.log`: a view shows the values that it stands for, not the proxy's target. */
export const INSPECT: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;

/** What stands behind a view. */
export interface ViewTarget {
  /** The value as a node; a draft gives its present content. */
  toNode(): Node;
}

/** What stands behind `value` if it is a view, else undefined. */
export function viewTarget(value: object): ViewTarget | undefined {
  return (value as { [TARGET]?: ViewTarget })[TARGET];
}

/** The node behind a view: for copying in, where elements reached through a view are known already. */
export function resolveView(value: object): Node | undefined {
  return viewTarget(value)?.toNode();
}
