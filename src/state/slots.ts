import { isNode, type Node } from "../data/node.ts";
import { Draft, type DraftParent, type DraftScope, type Slot } from "./draft.ts";
import { viewTarget } from "./view-target.ts";

/**
 * What to keep in a slot for a value that user code assigns: views become what stands behind them, user objects stay as
 * they are until the commit.
 */
export function toSlot(value: unknown, scope: DraftScope): Slot {
  if (typeof value !== "object" || value === null) return value;
  const target = viewTarget(value);
  if (target === undefined) {
    scope.hasFresh = true;
    return value;
  }
  if (target instanceof Draft && target.scope === scope) return target;
  scope.hasForeign = true;
  return target.toNode();
}

/** The draft to put into a slot that holds a committed object, or undefined where the slot can be read as it is. */
export function draftOf(slot: Slot, scope: DraftScope, parent: DraftParent): Draft | undefined {
  if (typeof slot !== "object" || slot === null || slot instanceof Draft || !isNode(slot)) return undefined;
  return scope.makeDraft(slot as Node & object, parent);
}

/** What user code gets for a slot that holds no committed object. */
export function slotValue(slot: Slot): unknown {
  return slot instanceof Draft ? slot.view : slot;
}
