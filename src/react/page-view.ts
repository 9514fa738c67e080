import type { StateReplica, Values } from "../client/index.ts";

/**
 * What one component holds of a state: the page object it was given, and what was read from it.
 *
 * Until the render that it was made for commits, it shows one snapshot: the latest one in which all that was read so far is still the same. It is *current*
 * as long as there is such a snapshot; after that its component gets another. Once committed, it shows the newest values to callbacks and effects,
 * and goes on noting what is read, since a child that renders later by itself may read what nobody has read before.
 */
export class PageView {
  /** The object that the component is given. */
  readonly page: object;

  readonly #replica: StateReplica;
  /** The snapshot shown; it moves on while nothing that was read changes. */
  #values: Values;
  /** The names of the vars that were read. */
  readonly #read = new Set<string>();
  #isCommitted = false;
  /** Whether something that was read has changed; for ever, since later reads may then be of a snapshot that `#values` is not. */
  #isOutdated = false;

  constructor(replica: StateReplica, values: Values) {
    this.#replica = replica;
    this.#values = values;
    // The target's own properties never show: every trap answers from the view, and the target stays extensible and empty.
    this.page = new Proxy({}, pageHandler(this));
  }

  /** Whether all that was read is the same in `newest`; if so, the view moves on to it. */
  isCurrent(newest: Values): boolean {
    if (!this.#isOutdated && newest !== this.#values) {
      for (const name of this.#read) this.#isOutdated ||= !Object.is(this.#values[name], newest[name]);
      if (!this.#isOutdated) this.#values = newest;
    }
    return !this.#isOutdated;
  }

  /** Told when a render that used this view is on the screen. */
  readonly commit = (): void => {
    this.#isCommitted = true;
  };

  /** A var's value, noted as read, or an event. Other names are as on any object: tools and promises ask objects for all sorts of them. */
  get(name: PropertyKey): unknown {
    if (typeof name === "string" && this.#replica.events.has(name)) return this.#replica.event(name);
    const values = this.#shown();
    if (typeof name === "string") this.#read.add(name);
    return Reflect.get(Object.hasOwn(values, name) ? values : Object.prototype, name);
  }

  /** The names of the vars. */
  varNames(): string[] {
    return Object.keys(this.#shown());
  }

  isVar(name: PropertyKey): boolean {
    return Object.hasOwn(this.#shown(), name);
  }

  isEvent(name: PropertyKey): boolean {
    return this.#replica.events.has(name as string);
  }

  /** Hands a write to the client's own page object, which refuses it with an error that says what to do. */
  refuse(name: PropertyKey): boolean {
    return Reflect.set(this.#replica.page as object, name, undefined);
  }

  #shown(): Values {
    const newest = this.#isCommitted ? this.#replica.values : undefined;
    if (newest === undefined) return this.#values;
    this.isCurrent(newest);
    return newest;
  }
}

/** Vars are the enumerable own properties, so that `{ ...page }` copies (and thus reads) all of them; events are found by name only. */
function pageHandler(view: PageView): ProxyHandler<object> {
  return {
    get: (_, name) => view.get(name),
    has: (_, name) => view.isVar(name) || view.isEvent(name),
    ownKeys: () => view.varNames(),
    getOwnPropertyDescriptor: (_, name) =>
      view.isVar(name) ? { value: view.get(name), enumerable: true, configurable: true, writable: false } : undefined,
    set: (_, name) => view.refuse(name),
    defineProperty: (_, name) => view.refuse(name),
    deleteProperty: (_, name) => view.refuse(name),
    preventExtensions: () => view.refuse("*"),
    setPrototypeOf: () => view.refuse("__proto__"),
  };
}
