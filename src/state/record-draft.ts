import { StateSerializationError } from "../base/errors.ts";
import type { Node } from "../data/node.ts";
import { createRecord, sealRecord, type RecordNode } from "../data/record-node.ts";
import { pathOf } from "../data/path.ts";
import type { Commit } from "./commit.ts";
import { assertWritable, Draft, type DraftParent, type DraftScope, type Slot } from "./draft.ts";
import { readonlyView } from "./readonly-view.ts";
import { toPlain } from "../data/to-plain.ts";
import { draftOf, slotValue, toSlot } from "./slots.ts";
import { INSPECT, TARGET } from "./view-target.ts";

type Slots = Record<string, Slot>;

/** The writable view of an object. Copies the object when a child is first read as a draft, or at the first write. */
export class RecordDraft extends Draft {
  base: RecordNode;
  readonly view: object;
  #copy: Slots | undefined;

  constructor(base: RecordNode, scope: DraftScope, parent: DraftParent) {
    super(scope, parent);
    this.base = base;
    this.view = new Proxy<RecordDraft>(this, traps);
  }

  get slots(): Slots {
    return this.scope.isOpen && this.#copy !== undefined ? this.#copy : this.base;
  }

  read(key: string): unknown {
    const slot = this.slots[key];
    if (typeof slot !== "object" || slot === null) return slot;
    if (!this.scope.isOpen) return readonlyView(slot as Node);
    const draft = draftOf(slot, this.scope, this);
    if (draft === undefined) return slotValue(slot);
    this.#own()[key] = draft;
    return draft.view;
  }

  write(key: string, value: unknown): void {
    const slot = toSlot(value, this.scope);
    const before = this.slots[key];
    if (Object.is(before, slot) && (slot !== undefined || Object.hasOwn(this.slots, key))) {
      assertWritable(this.scope);
      return;
    }
    this.beforeWrite();
    const copy = this.#own();
    if (key === "__proto__")
      Object.defineProperty(copy, key, { value: slot, enumerable: true, configurable: true, writable: true });
    else copy[key] = slot;
  }

  remove(key: string): void {
    if (!Object.hasOwn(this.slots, key)) return assertWritable(this.scope);
    this.beforeWrite();
    delete this.#own()[key];
  }

  finalize(commit: Commit, path: string): Node {
    const copy = this.#own();
    const record = createRecord();
    for (const key of Object.keys(copy)) {
      if (key === "__proto__")
        throw new StateSerializationError(path, 'has a key named "__proto__", which is refused.');
      const slot = copy[key];
      if (typeof slot !== "object" || slot === null) {
        // A function or a symbol is refused by copying in.
        record[key] =
          typeof slot === "function" || typeof slot === "symbol"
            ? commit.node(slot, this, pathOf(path, key))
            : (slot as Node);
        continue;
      }
      const node = commit.node(slot, this, pathOf(path, key));
      record[key] = node;
      if (!commit.isPreview && !(slot instanceof Draft && commit.keeps(slot, this))) copy[key] = node;
    }
    return sealRecord(record);
  }

  rebase(node: Node): void {
    this.base = node as RecordNode;
  }

  override release(child: Draft): void {
    const copy = this.#own();
    for (const key of Object.keys(copy)) if (copy[key] === child) copy[key] = child.base;
  }

  override placeOf(child: Draft): string {
    const key = Object.keys(this.slots).find((name) => this.slots[name] === child);
    return key === undefined ? this.place : pathOf(this.place, key);
  }

  [INSPECT](): unknown {
    return toPlain(this.toNode());
  }

  #own(): Slots {
    if (this.#copy !== undefined) return this.#copy;
    const copy: Slots = {};
    const base = this.base as unknown as Slots;
    for (const key of Object.keys(base)) copy[key] = base[key];
    return (this.#copy = copy);
  }
}

const traps: ProxyHandler<RecordDraft> = {
  get(draft, key) {
    if (typeof key === "symbol") return key === TARGET ? draft : undefined;
    const value = draft.read(key);
    return value === undefined && !Object.hasOwn(draft.slots, key) ? (Object.prototype as never)[key] : value;
  },
  set(draft, key, value) {
    if (typeof key === "symbol") return false;
    draft.write(key, value);
    return true;
  },
  has(draft, key) {
    return Object.hasOwn(draft.slots, key) || key in Object.prototype;
  },
  deleteProperty(draft, key) {
    if (typeof key === "string") draft.remove(key);
    return true;
  },
  ownKeys(draft) {
    return Object.keys(draft.slots);
  },
  getOwnPropertyDescriptor(draft, key) {
    if (typeof key === "symbol" || !Object.hasOwn(draft.slots, key)) return undefined;
    return { value: draft.read(key), writable: true, enumerable: true, configurable: true };
  },
  defineProperty(draft, key, descriptor) {
    if (typeof key === "symbol" || !("value" in descriptor)) return false;
    draft.write(key, descriptor.value);
    return true;
  },
  getPrototypeOf() {
    return Object.prototype;
  },
  setPrototypeOf() {
    return false;
  },
  preventExtensions() {
    return false;
  },
};
