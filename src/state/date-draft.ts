import { FrozenDate } from "../data/frozen-date.ts";
import type { Node } from "../data/node.ts";
import { Draft, type DraftParent, type DraftScope } from "./draft.ts";
import { TARGET } from "./view-target.ts";

/** The writable view of a Date. */
export class DateDraft extends Draft {
  base: FrozenDate;
  readonly view: LiveDate;

  constructor(base: FrozenDate, scope: DraftScope, parent: DraftParent) {
    super(scope, parent);
    this.base = base;
    this.view = new LiveDate(base.getTime());
    Object.defineProperty(this.view, TARGET, { value: this });
  }

  override beforeWrite(): void {
    super.beforeWrite();
    (this.scope.writtenDates ??= new Set()).add(this);
  }

  /** The view is a Date of its own: puts it back to what was committed. */
  realign(): void {
    Date.prototype.setTime.call(this.view, this.base.getTime());
  }

  finalize(): Node {
    return new FrozenDate(this.view.getTime());
  }

  rebase(node: Node): void {
    this.base = node as FrozenDate;
  }
}

/** A Date whose setters are writes to the state. */
class LiveDate extends Date {}

for (const name of Object.getOwnPropertyNames(Date.prototype)) {
  if (!name.startsWith("set")) continue;
  const set = Date.prototype[name as "setTime"];
  Object.defineProperty(LiveDate.prototype, name, {
    configurable: true,
    writable: true,
    value(this: LiveDate & { [TARGET]: DateDraft }, ...args: number[]): number {
      this[TARGET].beforeWrite();
      return set.apply(this, args as [number]);
    },
  });
}
