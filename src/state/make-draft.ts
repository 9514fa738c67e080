import { FrozenDate } from "../data/frozen-date.ts";
import { ListNode } from "../data/list-node.ts";
import { MapNode } from "../data/map-node.ts";
import type { Node } from "../data/node.ts";
import { SetNode } from "../data/set-node.ts";
import { DateDraft } from "./date-draft.ts";
import type { Draft, DraftParent, DraftScope } from "./draft.ts";
import { ListDraft } from "./list-draft.ts";
import { MapDraft } from "./map-draft.ts";
import { RecordDraft } from "./record-draft.ts";
import { SetDraft } from "./set-draft.ts";

/** The draft of a committed object, for the slot of `parent` that holds it. */
export function makeDraft(node: Node & object, scope: DraftScope, parent: DraftParent): Draft {
  if (node instanceof ListNode) return new ListDraft(node, scope, parent);
  if (node instanceof MapNode) return new MapDraft(node, scope, parent);
  if (node instanceof SetNode) return new SetDraft(node, scope, parent);
  if (node instanceof FrozenDate) return new DateDraft(node, scope, parent);
  return new RecordDraft(node, scope, parent);
}
