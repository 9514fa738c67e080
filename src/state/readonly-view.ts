import { type ComputedVarError, ImmutableStateError } from "../base/errors.ts";
import { ListNode } from "../data/list-node.ts";
import { MapNode } from "../data/map-node.ts";
import type { Node } from "../data/node.ts";
import { FrozenDate } from "../data/frozen-date.ts";
import type { RecordNode } from "../data/record-node.ts";
import { SetNode } from "../data/set-node.ts";
import { toPlain } from "../data/to-plain.ts";
import { computedWriteError, isComputing } from "./computed.ts";
import { listTraps, ListTarget, type ListSource } from "./list-proxy.ts";
import { mapView, setView, type KeyedSource } from "./keyed-proxy.ts";
import { INSPECT, TARGET, type ViewTarget } from "./view-target.ts";

/** The views made so far, so that a committed object always has the same view: it keeps its identity from snapshot to snapshot. */
const views = new WeakMap<object, object>();

/** What user code without the lock sees of a committed value: the value itself if it is immutable, else a view that refuses writes at any depth. */
export function readonlyView(node: Node): unknown {
  if (typeof node !== "object" || node === null || node instanceof FrozenDate) return node;
  let view = views.get(node);
  if (view === undefined) {
    view = makeView(node);
    views.set(node, view);
  }
  return view;
}

function makeView(node: Node & object): object {
  if (node instanceof ListNode) return new Proxy(new ListTarget(new ListView(node)), listTraps);
  if (node instanceof MapNode) return mapView(new KeyedView(node));
  if (node instanceof SetNode) return setView(new KeyedView(node));
  return new Proxy(new RecordView(node as RecordNode), recordTraps);
}

/** The error for a write through a read-only view; `what` is such as `set "counter"`. */
export function readonlyError(what: string): ImmutableStateError | ComputedVarError {
  if (isComputing()) return computedWriteError();
  return new ImmutableStateError(
    `Can't ${what}: this is a read-only snapshot of the state, seen without the lock. ` +
      "Take the lock and write through its self: await this.lock((self) => { self.x = ... }). For a copy of your own use plain(value).",
  );
}

function refuse(what: string): never {
  throw readonlyError(what);
}

class ListView implements ListSource {
  readonly #node: ListNode;

  constructor(node: ListNode) {
    this.#node = node;
  }

  get length(): number {
    return this.#node.length;
  }
  toNode(): Node {
    return this.#node;
  }
  slotAt(index: number): unknown {
    return this.#node.get(index);
  }
  read(index: number): unknown {
    return index < this.#node.length ? readonlyView(this.#node.get(index)) : undefined;
  }
  inspect(): unknown {
    return toPlain(this.#node);
  }
  write(index: number): never {
    return refuse(`set [${index}]`);
  }
  setLength(): never {
    return refuse("change the length of an array");
  }
  push(): never {
    return refuse("push onto an array");
  }
  pop(): never {
    return refuse("pop from an array");
  }
  shift(): never {
    return refuse("shift from an array");
  }
  unshift(): never {
    return refuse("unshift onto an array");
  }
  splice(): never {
    return refuse("splice an array");
  }
  reorder(): never {
    return refuse("sort or reverse an array (toSorted and toReversed give a new one)");
  }
}

class KeyedView implements KeyedSource {
  readonly #node: MapNode | SetNode;

  constructor(node: MapNode | SetNode) {
    this.#node = node;
  }

  get size(): number {
    return this.#node.size;
  }
  toNode(): Node {
    return this.#node;
  }
  inspect(): unknown {
    return toPlain(this.#node);
  }
  has(key: unknown): boolean {
    return this.#node.has(key as Node);
  }
  get(key: unknown): unknown {
    return this.#node instanceof MapNode ? readonlyView(this.#node.get(key as Node)) : undefined;
  }
  *keys(): IterableIterator<unknown> {
    for (const key of this.#node instanceof MapNode ? this.#node.keys() : this.#node.values()) yield readonlyView(key);
  }
  set(): never {
    return refuse("set an entry of a Map");
  }
  add(): never {
    return refuse("add to a Set");
  }
  delete(): never {
    return refuse("delete from a Map or Set");
  }
  clear(): never {
    return refuse("clear a Map or Set");
  }
}

class RecordView implements ViewTarget {
  readonly node: RecordNode;

  constructor(node: RecordNode) {
    this.node = node;
  }

  toNode(): Node {
    return this.node;
  }

  [INSPECT](): unknown {
    return toPlain(this.node);
  }
}

const fieldsOf = (view: RecordView): Record<string, Node> => view.node;

const recordTraps = {
  get(view: RecordView, key: PropertyKey): unknown {
    if (typeof key === "symbol") return key === TARGET ? view : undefined;
    if (Object.hasOwn(view.node, key)) return readonlyView(fieldsOf(view)[key as string]);
    return (Object.prototype as unknown as Record<PropertyKey, unknown>)[key];
  },
  has(view: RecordView, key: PropertyKey): boolean {
    return Object.hasOwn(view.node, key) || key in Object.prototype;
  },
  ownKeys(view: RecordView): string[] {
    return Object.keys(view.node);
  },
  getOwnPropertyDescriptor(view: RecordView, key: PropertyKey): PropertyDescriptor | undefined {
    if (typeof key === "symbol" || !Object.hasOwn(view.node, key)) return undefined;
    return { value: readonlyView(fieldsOf(view)[key as string]), writable: true, enumerable: true, configurable: true };
  },
  set(_: RecordView, key: PropertyKey): never {
    return refuse(`set "${String(key)}"`);
  },
  deleteProperty(_: RecordView, key: PropertyKey): never {
    return refuse(`delete "${String(key)}"`);
  },
  defineProperty(_: RecordView, key: PropertyKey): never {
    return refuse(`define "${String(key)}"`);
  },
  setPrototypeOf(): never {
    return refuse("change the prototype of an object");
  },
  preventExtensions(): never {
    return refuse("freeze or seal an object (it can't be written as it is)");
  },
  getPrototypeOf(): object {
    return Object.prototype;
  },
} as ProxyHandler<object>;
