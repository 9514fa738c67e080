import { StateDefinitionError } from "../base/errors.ts";
import type { OwnName } from "../data/deep-readonly.ts";
import type { ComputedSpec } from "./computed.ts";
import { construct } from "./construct.ts";
import { eventSpecOf, type EventSpec } from "./event-spec.ts";
import { findPrivateName } from "./private-names.ts";
import { State } from "./state.ts";
import type { StateClass } from "./state-context.ts";

/** The names that the framework has on every state; no var or method may take one. */
export const OWN_NAMES: ReadonlySet<string> = new Set<OwnName>([
  "app",
  "router",
  "getState",
  "reset",
  "trigger",
  "lock",
  "task",
]);

const asyncPrototypes = new Set<unknown>([
  Object.getPrototypeOf(async () => {}),
  Object.getPrototypeOf(async function* () {}),
]);

interface Inspected {
  varNames: string[];
  computed: ComputedSpec[];
  events: Map<string, EventSpec>;
  hasAsyncMembers: boolean;
}

/** Reads a state class: an instance for its vars, its prototypes (up to State) for the rest. Refuses what breaks a rule. */
export function inspectClass(stateClass: StateClass): Inspected {
  if (typeof stateClass !== "function" || !(stateClass.prototype instanceof State)) {
    throw new StateDefinitionError(
      `${String((stateClass as { name?: string } | undefined)?.name ?? stateClass)} is not a state class: it must extend State from "meanwhile". ` +
        "An undefined here usually means modules that import each other in a circle.",
    );
  }
  if (stateClass.name === "") {
    throw new StateDefinitionError(
      "A state class has no name, and states are known by their name: declare it as `class MyState extends State`.",
    );
  }
  const members = membersOf(stateClass);
  const varNames = varNamesOf(stateClass, members);
  return {
    varNames,
    computed: computedOf(members),
    events: eventsOf(stateClass, members),
    hasAsyncMembers: [...members].some(
      ([, { descriptor }]) =>
        asyncPrototypes.has(prototypeOf(descriptor.value)) && eventSpecOf(descriptor.value)?.kind !== "background",
    ),
  };
}

interface Member {
  descriptor: PropertyDescriptor;
  owner: string;
  /** The same name further up the chain. */
  inherited: PropertyDescriptor | undefined;
}

const prototypeOf = (value: unknown): unknown =>
  typeof value === "function" ? Object.getPrototypeOf(value) : undefined;

/** Methods and accessors by name, the most derived one each. */
function membersOf(stateClass: StateClass): Map<string, Member> {
  const members = new Map<string, Member>();
  for (
    let level = stateClass.prototype as object;
    level !== State.prototype;
    level = Object.getPrototypeOf(level) as object
  ) {
    const owner = level.constructor.name || stateClass.name;
    const privateName = findPrivateName(level.constructor);
    if (privateName !== undefined) {
      throw new StateDefinitionError(
        `${owner}.${privateName} is a #private member: it would live outside the state, unsaved and unlocked. Name it _${privateName.slice(1)}; names that begin with _ never leave the server.`,
      );
    }
    for (const name of Object.getOwnPropertyNames(level)) {
      if (name === "constructor") continue;
      const known = members.get(name);
      const descriptor = Object.getOwnPropertyDescriptor(level, name)!;
      if (known !== undefined) known.inherited ??= descriptor;
      else members.set(name, { descriptor, owner, inherited: undefined });
      if (OWN_NAMES.has(name)) refuseOwnName(owner, name);
    }
  }
  return members;
}

function refuseOwnName(owner: string, name: string): never {
  throw new StateDefinitionError(
    `${owner}.${name} takes one of the framework's own names (${[...OWN_NAMES].join(", ")}). Rename it, for example to _${name} or my${name[0]!.toUpperCase()}${name.slice(1)}.`,
  );
}

function varNamesOf(stateClass: StateClass, members: Map<string, Member>): string[] {
  const instance = construct(stateClass);
  const symbol = Object.getOwnPropertySymbols(instance)[0];
  if (symbol !== undefined)
    throw new StateDefinitionError(
      `${stateClass.name} has a field named by a symbol (${String(symbol)}). Name vars by strings.`,
    );
  const names = Object.keys(instance);
  for (const name of names) {
    if (OWN_NAMES.has(name)) refuseOwnName(stateClass.name, name);
    if (typeof instance[name] === "function") {
      throw new StateDefinitionError(
        `${stateClass.name}.${name} is a field that holds a function. Make it a method: \`@event ${name}() { ... }\` if the page may call it, \`_${name.replace(/^_/, "")}() { ... }\` if not.`,
      );
    }
    if (members.has(name)) {
      throw new StateDefinitionError(
        `${stateClass.name}.${name} is both a field and a method or getter (of ${members.get(name)!.owner}). Rename one of them.`,
      );
    }
  }
  return names;
}

function computedOf(members: Map<string, Member>): ComputedSpec[] {
  const computed: ComputedSpec[] = [];
  for (const [name, { descriptor, inherited, owner }] of members) {
    if (descriptor.get === undefined && descriptor.set === undefined) continue;
    const get = descriptor.get ?? inherited?.get;
    if (get === undefined)
      throw new StateDefinitionError(`${owner}.${name} has a setter and no getter. Add a getter, or make it an event.`);
    computed.push({ name, index: computed.length, isBackend: name.startsWith("_"), get, set: descriptor.set });
  }
  return computed;
}

function eventsOf(stateClass: StateClass, members: Map<string, Member>): Map<string, EventSpec> {
  const events = new Map<string, EventSpec>();
  for (const [name, { descriptor, inherited, owner }] of members) {
    if (typeof descriptor.value !== "function") continue;
    const spec = eventSpecOf(descriptor.value);
    const overridden = eventSpecOf(inherited?.value);
    if (spec === undefined) {
      if (name.startsWith("_")) continue;
      throw new StateDefinitionError(
        `${owner}.${name} is a public method without @event: a page can't call it, and a reader can't tell. Mark it @event` +
          `${overridden === undefined ? "" : ` (an override repeats the ${overridden.kind === "background" ? "@event({ background: true })" : "@event"} of what it overrides)`}, or name it _${name}.`,
      );
    }
    if (name.startsWith("_"))
      throw new StateDefinitionError(
        `${owner}.${name} is marked @event, and names that begin with _ can't be called from a page. Drop the _ or the @event.`,
      );
    if (overridden !== undefined && overridden.kind !== spec.kind) {
      throw new StateDefinitionError(
        `${owner}.${name} overrides a ${overridden.kind === "background" ? "background task with a handler" : "handler with a background task"}: pages that call it would break. Give it another name.`,
      );
    }
    events.set(name, spec);
  }
  return new Map([...events].map(([name, spec]) => [name, spec.name === name ? spec : { ...spec, name }]));
}
