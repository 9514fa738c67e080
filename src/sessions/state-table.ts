import { DuplicateStateError, UnknownStateError } from "../base/errors.ts";
import type { StateClass } from "../state/state-context.ts";
import { StateDefinition } from "../state/state-definition.ts";

/** A state class with the module that it comes from. */
export interface StateSource {
  readonly stateClass: StateClass;
  readonly file?: string | undefined;
}

/** The state classes of an app, known by name. Immutable: a reload makes a new one. */
export class StateTable {
  readonly definitions: readonly StateDefinition[];
  readonly #byName: ReadonlyMap<string, StateDefinition>;

  /** @throws StateDefinitionError, DuplicateStateError */
  constructor(sources: readonly StateSource[]) {
    const byName = new Map<string, StateDefinition>();
    for (const { stateClass, file } of sources) {
      const definition = new StateDefinition(stateClass, byName.size, this, file);
      const known = byName.get(definition.name);
      if (known !== undefined) {
        if (known.stateClass === stateClass) continue;
        throw new DuplicateStateError(
          definition.name,
          known.file ?? "an unknown file",
          definition.file ?? "an unknown file",
        );
      }
      byName.set(definition.name, definition);
    }
    this.definitions = [...byName.values()];
    this.#byName = byName;
  }

  /** Today's definition for one that may be of before a reload; itself where its state is no more. */
  counterpartOf(definition: StateDefinition): StateDefinition {
    return definition.family === this ? definition : (this.#byName.get(definition.name) ?? definition);
  }

  byName(name: string): StateDefinition | undefined {
    return this.#byName.get(name);
  }

  /**
   * The definition for a class, by its name: across reloads a class object changes, its name stays.
   *
   * @throws UnknownStateError for a class that the app does not have.
   */
  definitionOf(state: StateClass): StateDefinition {
    const name = typeof state === "function" ? state.name : String(state);
    const definition = this.#byName.get(name);
    if (definition !== undefined) return definition;
    throw new UnknownStateError(
      `This app has no state named ${name || "(anonymous)"}. Give it to the app: new App({ states: [..., ${name || "MyState"}] }); with Vite, export it from a *.state.ts module.`,
    );
  }
}
