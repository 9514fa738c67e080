import { BackgroundCallError } from "../base/errors.ts";
import { readonlyError } from "./readonly-view.ts";
import { CONTEXT, type StateContext } from "./state-context.ts";
import type { StateDefinition } from "./state-definition.ts";
import { INSPECT } from "./view-target.ts";

/**
 * Makes a state's view objects: over a child of the class's prototype that has an accessor for each var and computed
 * var.
 */
export type ViewClass = new (context: StateContext) => object;

interface Contextual {
  readonly [CONTEXT]: StateContext;
}

/** The two classes of view objects that a state definition needs. */
export function makeViewClasses(definition: StateDefinition): { Writable: ViewClass; Readonly: ViewClass } {
  return { Writable: makeWritable(definition), Readonly: makeReadonly(definition) };
}

function makeViewClass(definition: StateDefinition, isWritable: boolean): ViewClass {
  // A plain constructor function: one hidden class for all view objects of a state.
  const View = function (this: { [CONTEXT]: StateContext }, context: StateContext) {
    this[CONTEXT] = context;
  };
  const prototype = Object.create(definition.stateClass.prototype as object) as object;
  // Found before the guard above State.prototype: setting it in the constructor must not end there.
  Object.defineProperty(prototype, CONTEXT, { value: undefined, writable: true });
  for (const { name, index } of definition.vars) {
    Object.defineProperty(prototype, name, {
      enumerable: true,
      configurable: true,
      get(this: Contextual) {
        return this[CONTEXT].read(index);
      },
      set(this: Contextual, value: unknown) {
        if (!isWritable) throw readonlyError(`set ${definition.name}.${name}`);
        this[CONTEXT].write(index, value);
      },
    });
  }
  for (const { name, index, set } of definition.computed) {
    Object.defineProperty(prototype, name, {
      enumerable: true,
      configurable: true,
      get(this: Contextual) {
        return this[CONTEXT].computed(index);
      },
      set(this: Contextual, value: unknown) {
        if (!isWritable) throw readonlyError(`set ${definition.name}.${name}`);
        if (set === undefined)
          throw new TypeError(`${definition.name}.${name} is a computed var (a getter): write the vars that it reads.`);
        set.call(this, value);
      },
    });
  }
  for (const { name, kind } of definition.events.values()) {
    if (kind !== "background") continue;
    Object.defineProperty(prototype, name, {
      configurable: true,
      value() {
        throw new BackgroundCallError(definition.name, name);
      },
    });
  }
  Object.defineProperty(prototype, INSPECT, {
    configurable: true,
    value(this: Contextual) {
      return Object.fromEntries(definition.vars.map(({ name, index }) => [name, this[CONTEXT].read(index)]));
    },
  });
  View.prototype = prototype;
  return View as unknown as ViewClass;
}

/**
 * Behind a proxy for what accessors don't see. A state always has all of its vars: one that is deleted is undefined.
 */
function makeWritable(definition: StateDefinition): ViewClass {
  const Plain = makeViewClass(definition, true);
  const indexes = new Map<PropertyKey, number>(definition.vars.map(({ name, index }) => [name, index]));
  const write = (view: object, key: PropertyKey, value: unknown): boolean => {
    const index = indexes.get(key);
    if (index !== undefined) (view as Contextual)[CONTEXT].write(index, value);
    return index !== undefined;
  };
  const traps: ProxyHandler<object> = {
    deleteProperty: (view, key) => write(view, key, undefined) || true,
    defineProperty: (view, key, descriptor) => "value" in descriptor && write(view, key, descriptor.value),
  };
  return class {
    constructor(context: StateContext) {
      return new Proxy(new Plain(context), traps);
    }
  };
}

/**
 * As the writable one, behind a proxy that also refuses `delete`, `defineProperty` and new names, as at any depth
 * below.
 */
function makeReadonly(definition: StateDefinition): ViewClass {
  const Plain = makeViewClass(definition, false);
  const refuse = (what: string, key: PropertyKey): never => {
    throw readonlyError(`${what} ${definition.name}.${String(key)}`);
  };
  const traps: ProxyHandler<object> = {
    set: (_, key) => refuse("set", key),
    deleteProperty: (_, key) => refuse("delete", key),
    defineProperty: (_, key) => refuse("define", key),
    setPrototypeOf: () => refuse("change the prototype of", ""),
    preventExtensions: () => refuse("freeze", ""),
  };
  return class {
    constructor(context: StateContext) {
      return new Proxy(new Plain(context), traps);
    }
  };
}
