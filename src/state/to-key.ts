import { Draft } from "./draft.ts";
import { viewTarget } from "./view-target.ts";

/**
 * The key that a Map or Set of the state knows a user's key by: what stands behind a view, else the key itself. A draft is a key as it is, so that
 * it is found though it is written later; where the committed object is a key already, it stands for that.
 */
export function toKey(key: unknown, keys: { has(key: unknown): boolean }): unknown {
  if (typeof key !== "object" || key === null) return key;
  const target = viewTarget(key);
  if (target === undefined) return key;
  if (!(target instanceof Draft) || !target.scope.isOpen) return target.toNode();
  return !target.modified && !keys.has(target) && keys.has(target.base) ? target.base : target;
}
