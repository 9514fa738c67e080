import { StateSerializationError } from "../base/errors.ts";
import { FrozenDate } from "./frozen-date.ts";
import { ListNode } from "./list-node.ts";
import { MapNode } from "./map-node.ts";
import { isNode, type Node } from "./node.ts";
import { entryPath, pathOf } from "./path.ts";
import { createRecord, sealRecord } from "./record-node.ts";
import { SetNode } from "./set-node.ts";

/** How deep a value may be nested. */
export const MAX_DEPTH = 500;

/** Gives the node that stands behind a view, or undefined for an object that is none. */
export type ResolveView = (value: object) => Node | undefined;

/**
 * Copies what user code holds into nodes. Known nodes, and views that `resolve` knows, are taken as they are; only what is new is copied.
 *
 * @throws StateSerializationError for anything that is not plain data, naming its path below `path`.
 */
export function copyIn(value: unknown, path: string, resolve?: ResolveView): Node {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
    case "undefined":
    case "bigint":
      return value;
    case "object":
      return value === null
        ? null
        : new CopyIn(resolve).object(value, { parent: undefined, step: path, kind: "root", value }, 1);
    default:
      throw new StateSerializationError(path, whyNot(value));
  }
}

/** Where the walk is: a link to the way there, from which a path is made only when something is wrong. */
interface Place {
  readonly parent: Place | undefined;
  readonly step: unknown;
  readonly kind: "root" | "key" | "index" | "entry" | "entryKey" | "member";
  readonly value: object;
}

function pathTo(place: Place): string {
  if (place.parent === undefined) return place.step as string;
  const base = pathTo(place.parent);
  if (place.kind === "key") return pathOf(base, place.step as string);
  if (place.kind === "index") return `${base}[${String(place.step)}]`;
  if (place.kind === "entry") return entryPath(base, place.step);
  return `${base} ${place.kind === "member" ? "member" : "key"}`;
}

class CopyIn {
  readonly #resolve: ResolveView | undefined;

  constructor(resolve: ResolveView | undefined) {
    this.#resolve = resolve;
  }

  object(value: object, place: Place, depth: number): Node {
    if (isNode(value)) return value as Node;
    const known = this.#resolve?.(value);
    if (known !== undefined) return known;
    if (depth > MAX_DEPTH) this.#refuseDepth(place);
    if (Array.isArray(value)) return this.#list(value, place, depth);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null || isForeignPlain(prototype))
      return this.#record(value, place, depth);
    if (value instanceof Date) return new FrozenDate(value.getTime());
    if (value instanceof Map) return this.#map(value, place, depth);
    if (value instanceof Set) return this.#set(value, place, depth);
    throw new StateSerializationError(pathTo(place), whyNot(value));
  }

  #child(value: unknown, parent: Place, step: unknown, kind: Place["kind"], depth: number): Node {
    switch (typeof value) {
      case "string":
      case "number":
      case "boolean":
      case "undefined":
      case "bigint":
        return value;
      case "object":
        return value === null ? null : this.object(value, { parent, step, kind, value }, depth + 1);
      default:
        throw new StateSerializationError(pathTo({ parent, step, kind, value: parent.value }), whyNot(value));
    }
  }

  #record(value: object, place: Place, depth: number): Node {
    const record = createRecord();
    const source = value as Record<string, unknown>;
    for (const key of Object.keys(source)) {
      if (key === "__proto__")
        throw new StateSerializationError(pathTo(place), 'has a key named "__proto__", which is refused.');
      const field = source[key];
      record[key] =
        typeof field === "string" || typeof field === "number" ? field : this.#child(field, place, key, "key", depth);
    }
    const symbol = Object.getOwnPropertySymbols(source)[0];
    if (symbol !== undefined)
      throw new StateSerializationError(pathTo(place), `has a key that is a symbol (${String(symbol)}). Use strings.`);
    return sealRecord(record);
  }

  #list(value: readonly unknown[], place: Place, depth: number): Node {
    const items: Node[] = [];
    for (let index = 0; index < value.length; index += 1) {
      const item = value[index];
      items.push(
        typeof item === "string" || typeof item === "number" ? item : this.#child(item, place, index, "index", depth),
      );
    }
    return ListNode.of(items);
  }

  #map(value: Map<unknown, unknown>, place: Place, depth: number): Node {
    const entries = new Map<Node, Node>();
    for (const [key, entry] of value) {
      entries.set(this.#child(key, place, key, "entryKey", depth), this.#child(entry, place, key, "entry", depth));
    }
    return MapNode.of(entries);
  }

  #set(value: Set<unknown>, place: Place, depth: number): Node {
    const members: Node[] = [];
    for (const member of value) members.push(this.#child(member, place, member, "member", depth));
    return SetNode.of(members);
  }

  /** Too deep to be meant: a cycle, if the way there meets one object twice. */
  #refuseDepth(place: Place): never {
    const seen = new Map<object, Place>();
    for (let at: Place | undefined = place; at !== undefined; at = at.parent) {
      const inner = seen.get(at.value);
      if (inner !== undefined) {
        throw new StateSerializationError(
          shortest(inner, at),
          "refers back to an object that it is in: a cycle can't be carried. Refer by an id instead.",
        );
      }
      seen.set(at.value, at);
    }
    throw new StateSerializationError(pathTo(place), `is nested more than ${MAX_DEPTH} levels deep.`);
  }
}

/** The first place, from the root, at which the object of `outer` comes again. */
function shortest(inner: Place, outer: Place): string {
  const way: Place[] = [];
  for (let at: Place | undefined = inner; at !== undefined; at = at.parent) way.unshift(at);
  const seen = new Set<object>();
  for (const place of way) {
    if (seen.has(place.value)) return pathTo(place);
    seen.add(place.value);
  }
  return pathTo(outer);
}

/** A plain object of another realm (an iframe, a vm context). */
function isForeignPlain(prototype: unknown): boolean {
  return (
    typeof prototype === "object" &&
    prototype !== null &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, "hasOwnProperty") &&
    Object.hasOwn(prototype, "isPrototypeOf")
  );
}

function whyNot(value: unknown): string {
  const advice = "A var holds plain data: JSON values, undefined, bigint, Date, Map, Set, nested.";
  if (typeof value === "function") return `is a function (${value.name || "anonymous"}). ${advice}`;
  if (typeof value === "symbol") return `is a symbol (${String(value)}). ${advice}`;
  if (value instanceof Promise) return `is a promise. Await it first. ${advice}`;
  const name = (value as object).constructor?.name;
  return `is an instance of ${typeof name === "string" && name !== "" ? name : "a class"}. ${advice} Keep clients, connections and class instances in modules.`;
}
