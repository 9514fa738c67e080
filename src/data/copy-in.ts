import { StateSerializationError } from "../base/errors.ts";
import { builtInName } from "./built-in-name.ts";
import { FrozenDate } from "./frozen-date.ts";
import { heightOf, tooDeepError } from "./height.ts";
import { gapError, MAX_GAP } from "./list-gap.ts";
import { ListNode } from "./list-node.ts";
import { MapNode } from "./map-node.ts";
import { MAX_DEPTH } from "./max-depth.ts";
import { isNode, type Node } from "./node.ts";
import { entryPath, memberPath, pathAlong, pathOf } from "./path.ts";
import { createRecord, sealRecord } from "./record-node.ts";
import { SetNode } from "./set-node.ts";
import { whyNotPlain } from "./why-not-plain.ts";

/**
 * Gives the node that stands behind a view, or undefined for an object that is none. `depth` is how many levels it will
 * be in.
 */
export type ResolveView = (value: object, depth: number) => Node | undefined;

/**
 * Copies what user code holds into nodes. Known nodes, and views that `resolve` knows, are taken as they are; only what
 * is new is copied, and an object that is met twice becomes two values. Holes of an array become `undefined`; what an
 * array has besides its items is left out. `depth` says how many levels the value will be in.
 *
 * @throws StateSerializationError for anything that is not plain data, or too deep with what it is in, naming its path
 * below `path`.
 */
export function copyIn(value: unknown, path: string, resolve?: ResolveView, depth = 0): Node {
  if (typeof value === "object" && value !== null) return new CopyIn(path, resolve, depth).object(value);
  if (typeof value === "function" || typeof value === "symbol")
    throw new StateSerializationError(path, whyNotPlain(value));
  return value as Node;
}

/**
 * One walk through a value. It knows the objects that it is in, from the outermost: a path is made of them only when
 * something is refused.
 */
class CopyIn {
  readonly #path: string;
  readonly #resolve: ResolveView | undefined;
  readonly #depth: number;
  readonly #way: object[] = [];
  /**
   * By depth, the keys of the last object that was searched for accessors and symbols. One with the same keys is taken
   * to be like it.
   */
  readonly #searched: (readonly string[] | undefined)[] = [];

  constructor(path: string, resolve: ResolveView | undefined, depth: number) {
    this.#path = path;
    this.#resolve = resolve;
    this.#depth = depth;
  }

  object(value: object): Node {
    const prototype: unknown = Object.getPrototypeOf(value);
    const way = this.#way;
    const depth = this.#depth + way.length;
    const known = prototype !== Object.prototype && isNode(value) ? (value as Node) : this.#resolve?.(value, depth);
    if (known !== undefined) {
      if (depth + heightOf(known) > MAX_DEPTH) throw tooDeepError(this.#path);
      return known;
    }
    if (way.includes(value)) this.#refuseCycle(value);
    if (depth >= MAX_DEPTH) throw tooDeepError(this.#path);
    way.push(value);
    const node = this.#copy(value, prototype);
    way.pop();
    return node;
  }

  #copy(value: object, prototype: unknown): Node {
    switch (builtInName(value, prototype)) {
      case "Object":
        return this.#record(value as Record<string, unknown>);
      case "Array":
        return this.#list(value as readonly unknown[]);
      case "Date":
        return new FrozenDate((value as Date).getTime());
      case "Map":
        return this.#map(value as Map<unknown, unknown>);
      case "Set":
        return this.#set(value as Set<unknown>);
      case undefined:
        throw new StateSerializationError(this.#place(), whyNotPlain(value));
    }
  }

  #record(source: Record<string, unknown>): Node {
    const depth = this.#way.length;
    const keys = Object.keys(source);
    if (!areSame(keys, this.#searched[depth])) {
      this.#search(source, keys);
      this.#searched[depth] = keys;
    }
    const record = createRecord();
    for (const key of keys) {
      const value = source[key];
      if (typeof value === "object" && value !== null) record[key] = this.object(value);
      else if (typeof value !== "function" && typeof value !== "symbol") record[key] = value as Node;
      else throw new StateSerializationError(pathOf(this.#place(), key), whyNotPlain(value));
    }
    return sealRecord(record);
  }

  /** Refuses what an object's keys may hide. */
  #search(source: object, keys: readonly string[]): void {
    for (const key of keys) {
      if (key === "__proto__")
        throw new StateSerializationError(this.#place(), 'has a key named "__proto__", which is refused.');
      const field = Object.getOwnPropertyDescriptor(source, key)!;
      if (field.get !== undefined || field.set !== undefined)
        throw new StateSerializationError(
          pathOf(this.#place(), key),
          "is a getter or setter, not a value. Assign what it gives.",
        );
    }
    for (const symbol of Object.getOwnPropertySymbols(source)) {
      if (Object.prototype.propertyIsEnumerable.call(source, symbol))
        throw new StateSerializationError(this.#place(), "has a key that is a symbol. Use strings.");
    }
  }

  #list(source: readonly unknown[]): Node {
    const items: Node[] = [];
    let gap = 0;
    for (let index = 0; index < source.length; index += 1) {
      const value = source[index];
      if (value !== undefined || index in source) gap = 0;
      else if ((gap += 1) > MAX_GAP) throw gapError(this.#place(), "has");
      if (typeof value === "object" && value !== null) items.push(this.object(value));
      else if (typeof value !== "function" && typeof value !== "symbol") items.push(value as Node);
      else throw new StateSerializationError(`${this.#place()}[${index}]`, whyNotPlain(value));
    }
    return ListNode.of(items);
  }

  #map(source: Map<unknown, unknown>): Node {
    const entries: [Node, Node][] = [];
    for (const [key, value] of source) {
      entries.push([
        this.#part(key, () => `${this.#place()} key`),
        this.#part(value, () => entryPath(this.#place(), key)),
      ]);
    }
    return MapNode.of(entries);
  }

  #set(source: Set<unknown>): Node {
    const members: Node[] = [];
    for (const member of source) members.push(this.#part(member, () => memberPath(this.#place())));
    return SetNode.of(members);
  }

  #part(value: unknown, path: () => string): Node {
    if (typeof value === "object" && value !== null) return this.object(value);
    if (typeof value === "function" || typeof value === "symbol")
      throw new StateSerializationError(path(), whyNotPlain(value));
    return value as Node;
  }

  /** The path of the innermost object that the walk is in. */
  #place(): string {
    return pathAlong(this.#path, this.#way);
  }

  #refuseCycle(value: object): never {
    throw new StateSerializationError(
      pathAlong(this.#path, [...this.#way, value]),
      "refers back to an object that it is in: a cycle can't be carried. Refer by an id instead.",
    );
  }
}

function areSame(keys: readonly string[], others: readonly string[] | undefined): boolean {
  if (others === undefined || keys.length !== others.length) return false;
  for (let at = 0; at < keys.length; at += 1) if (keys[at] !== others[at]) return false;
  return true;
}
