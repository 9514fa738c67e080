import { Draft } from "./draft.ts";
import { viewTarget } from "./view-target.ts";

/** The key that a Map or Set of the state knows a user's key by: what stands behind a view, else the key itself. */
export function toKey(key: unknown): unknown {
  if (typeof key !== "object" || key === null) return key;
  const target = viewTarget(key);
  if (target === undefined) return key;
  return target instanceof Draft && target.modified && target.scope.isOpen ? target : target.toNode();
}
