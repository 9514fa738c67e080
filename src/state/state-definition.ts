import { copyIn } from "../data/copy-in.ts";
import type { Node } from "../data/node.ts";
import type { ComputedSpec } from "./computed.ts";
import { construct } from "./construct.ts";
import { StateDefinitionError } from "../base/errors.ts";
import type { EventSpec } from "./event-spec.ts";
import { inspectClass } from "./inspect-class.ts";
import type { StateValues } from "./snapshot.ts";
import type { StateClass } from "./state-context.ts";
import { resolveView } from "./view-target.ts";
import { makeViewClasses, type ViewClass } from "./view-classes.ts";

/** One field of a state class. */
export interface VarSpec {
  readonly name: string;
  readonly index: number;
  /** Whether its name begins with `_`: it never leaves the server. */
  readonly isBackend: boolean;
}

/** What a state class declares, read once when the app registers it. */
export class StateDefinition {
  readonly name: string;
  /** The app's number for it: where a snapshot keeps its values. */
  readonly index: number;
  /** Shared by all definitions of one load of the app's classes: after a reload, indexes of another family mean nothing. */
  readonly family: object;
  readonly stateClass: StateClass;
  /** The module it comes from, where that is known. */
  readonly file: string | undefined;
  readonly vars: readonly VarSpec[];
  readonly computed: readonly ComputedSpec[];
  readonly events: ReadonlyMap<string, EventSpec>;
  /** Makes the object through which code that holds the lock writes. */
  readonly Writable: ViewClass;
  /** Makes the object that code without the lock reads. */
  readonly Readonly: ViewClass;
  /** Whether a helper method is asynchronous, so that a plain callback may give its promise. */
  readonly hasAsyncMembers: boolean;
  readonly #eventNames = new Map<EventSpec, string>();

  /** @throws StateDefinitionError for a class that breaks a rule; the message names the member and the way out. */
  constructor(stateClass: StateClass, index: number, family: object, file?: string) {
    const inspected = inspectClass(stateClass);
    this.name = stateClass.name;
    this.index = index;
    this.family = family;
    this.stateClass = stateClass;
    this.file = file ?? [...inspected.events.values()].find((event) => event.file !== undefined)?.file;
    this.vars = inspected.varNames.map((name, at) => ({ name, index: at, isBackend: name.startsWith("_") }));
    this.computed = inspected.computed;
    this.events = inspected.events;
    this.hasAsyncMembers = inspected.hasAsyncMembers;
    const classes = makeViewClasses(this);
    this.Writable = classes.Writable;
    this.Readonly = classes.Readonly;
  }

  /** Whether a state of this definition is of that class, itself or by inheritance. Classes are told by name, as everywhere. */
  isOf(state: StateClass): boolean {
    for (let level: unknown = this.stateClass; typeof level === "function"; level = Object.getPrototypeOf(level)) {
      if (level === state || (level.name !== "" && level.name === state.name)) return true;
    }
    return false;
  }

  /** What messages call one of its events, such as `MyTaskState.myTask`: one text for all who keep it. */
  nameOf(event: EventSpec): string {
    let name = this.#eventNames.get(event);
    if (name === undefined) this.#eventNames.set(event, (name = `${this.name}.${event.name}`));
    return name;
  }

  /** Makes the initial values for one session by constructing the class. */
  makeInitialValues(): StateValues {
    const instance = construct(this.stateClass);
    const names = Object.keys(instance);
    if (names.length !== this.vars.length || names.some((name, at) => this.vars[at]!.name !== name))
      this.#refuseShape(names);
    return this.vars.map(({ name }): Node => copyIn(instance[name], `${this.name}.${name}`, resolveView));
  }

  #refuseShape(names: string[]): void {
    const declared = this.vars.map((spec) => spec.name);
    const odd = names.find((name) => !declared.includes(name)) ?? declared.find((name) => !names.includes(name));
    if (odd === undefined) return;
    throw new StateDefinitionError(
      `${this.name}.${odd} is set in some instances only. Declare every var as a field with an initial value (${odd} = undefined will do).`,
    );
  }
}
