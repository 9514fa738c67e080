import { StateSerializationError } from "../base/errors.ts";
import type { Node } from "./node.ts";

/**
 * A committed object: frozen, its keys its own, nothing inherited (its prototype has no keys and serves as its brand).
 */
export interface RecordNode {
  readonly [key: string]: Node;
}

// A constructor function, not Object.create: records filled with the same keys in the same order then share one hidden
// class.
const RecordConstructor = function () {} as unknown as { new (): Record<string, Node>; prototype: object };
RecordConstructor.prototype = Object.create(null) as object;
const brand = RecordConstructor.prototype;
// The last line of defence: elsewhere this key would change what an object inherits. Whoever knows the path refuses it
// before.
Object.defineProperty(brand, "__proto__", {
  set: () => {
    throw new StateSerializationError("An object of the state", 'has a key named "__proto__", which is refused.');
  },
});

/** An empty record to fill by assigning keys, then to seal. */
export function createRecord(): Record<string, Node> {
  return new RecordConstructor();
}

/** Freezes a filled record: a node from then on. */
export function sealRecord(record: Record<string, Node>): RecordNode {
  return Object.freeze(record);
}

/** Whether a value is a committed object. */
export function isRecordNode(value: object): value is RecordNode {
  return Object.getPrototypeOf(value) === brand;
}
