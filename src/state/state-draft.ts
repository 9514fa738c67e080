import type { Node } from "../data/node.ts";
import type { Commit } from "./commit.ts";
import { assertWritable, Draft, type DraftParent, type DraftScope, type Slot } from "./draft.ts";
import { readonlyView } from "./readonly-view.ts";
import { draftOf, slotValue, toSlot } from "./slots.ts";
import type { StateValues } from "./snapshot.ts";
import type { StateDefinition } from "./state-definition.ts";

/** Whether a slot may hold anything but a value that is its own node. */
function needsVisit(slot: Slot): boolean {
  return (typeof slot === "object" && slot !== null) || typeof slot === "function" || typeof slot === "symbol";
}

/** The vars of one state within one transaction: the root of the drafts below it. */
export class StateDraft implements DraftParent {
  readonly definition: StateDefinition;
  /** The committed vars: of the transaction's base, then of its last commit. */
  base: StateValues;
  modified = false;
  readonly #scope: DraftScope;
  #slots: Slot[] | undefined;

  constructor(definition: StateDefinition, base: StateValues, scope: DraftScope) {
    this.definition = definition;
    this.base = base;
    this.#scope = scope;
  }

  markModified(): void {
    this.modified = true;
  }

  release(child: Draft): void {
    const index = this.#slots?.indexOf(child) ?? -1;
    if (index >= 0) this.#slots![index] = child.base;
  }

  placeOf(child: Draft): string {
    return this.#placeAt(this.#slots?.indexOf(child) ?? -1);
  }

  read(index: number): unknown {
    if (!this.#scope.isOpen) return readonlyView(this.base[index]);
    const slot = this.slotAt(index);
    if (typeof slot !== "object" || slot === null) return slot;
    const draft = draftOf(slot, this.#scope, this);
    if (draft === undefined) return slotValue(slot);
    this.#own()[index] = draft;
    return draft.view;
  }

  write(index: number, value: unknown): void {
    assertWritable(this.#scope);
    const slot = toSlot(value, this.#scope);
    if (Object.is(slot, this.slotAt(index))) return;
    this.#scope.writes += 1;
    this.modified = true;
    this.#own()[index] = slot;
  }

  /** What stands for a var now; a draft that is not modified counts as its node. */
  slotAt(index: number): Slot {
    return this.#slots === undefined ? this.base[index] : this.#slots[index];
  }

  /** Whether user code may change what a slot holds without a write being seen. */
  isSettled(index: number): boolean {
    const slot = this.slotAt(index);
    return (
      typeof slot !== "object" || slot === null || (slot instanceof Draft ? !slot.modified : slot === this.base[index])
    );
  }

  reset(initial: StateValues): void {
    assertWritable(this.#scope);
    this.#scope.writes += 1;
    this.modified = true;
    this.#slots = initial.slice();
  }

  finalize(commit: Commit): StateValues {
    const slots = this.#own();
    const values = slots.slice() as Node[];
    for (let index = 0; index < slots.length; index += 1) {
      const slot = slots[index];
      // What was not touched is as it was: that is most of a state, mostly.
      if (!needsVisit(slot) || (slot === this.base[index] && !(slot instanceof Draft))) continue;
      const node = commit.node(slot, this, this.#placeAt(index));
      values[index] = node;
      if (!(slot instanceof Draft && commit.keeps(slot, this))) slots[index] = node;
    }
    return values;
  }

  rebase(values: StateValues): void {
    this.base = values;
    this.modified = false;
  }

  #placeAt(index: number): string {
    const { name, vars } = this.definition;
    return index < 0 ? name : `${name}.${vars[index]!.name}`;
  }

  #own(): Slot[] {
    return (this.#slots ??= this.base.slice());
  }
}
