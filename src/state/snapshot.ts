import type { Node } from "../data/node.ts";
import type { CachedComputed } from "./computed.ts";
import type { Router } from "./router.ts";
import type { StateDefinition } from "./state-definition.ts";

/** The committed vars of one state, by var index. */
export type StateValues = readonly Node[];

/** Gives the initial values of a state that the session has not written yet: the same ones whenever it is asked. */
export interface InitialValues {
  /** Today's definition for one that may be of before a reload. */
  counterpartOf(definition: StateDefinition): StateDefinition;
  initialValues(definition: StateDefinition): StateValues;
}

/** All committed values of a session at one version: immutable but for the cache of computed vars, which says nothing that the values don't. */
export class Snapshot {
  readonly version: number;
  /** Of the definitions whose indexes it is built on. */
  readonly family: object;
  readonly router: Router;
  /** By state index; a state that was never written has its initial values and no entry. */
  readonly #values: readonly (StateValues | undefined)[];
  readonly #initial: InitialValues;
  /** Computed vars by spec, carried from snapshot to snapshot, each checked against what it read. */
  readonly cache: Map<object, CachedComputed>;

  constructor(
    version: number,
    family: object,
    router: Router,
    values: readonly (StateValues | undefined)[],
    initial: InitialValues,
    cache: Map<object, CachedComputed>,
  ) {
    this.version = version;
    this.family = family;
    this.router = router;
    this.#values = values;
    this.#initial = initial;
    this.cache = cache;
  }

  static first(family: object, router: Router, initial: InitialValues): Snapshot {
    return new Snapshot(0, family, router, [], initial, new Map());
  }

  valuesOf(definition: StateDefinition): StateValues {
    if (definition.family !== this.family) return this.#translate(definition);
    return this.#values[definition.index] ?? this.#initial.initialValues(definition);
  }

  /** The next version, with the given states' values replaced. */
  withValues(changes: Iterable<readonly [StateDefinition, StateValues]>): Snapshot {
    const values = this.#values.slice();
    for (const [definition, changed] of changes) values[definition.index] = changed;
    return new Snapshot(this.version + 1, this.family, this.router, values, this.#initial, this.cache);
  }

  /** Whether the state was never written: it has its initial values. */
  isUntouched(definition: StateDefinition): boolean {
    return this.#values[definition.index] === undefined;
  }

  /** The same values under the version that follows `version`. */
  after(version: number): Snapshot {
    return new Snapshot(version, this.family, this.router, this.#values, this.#initial, this.cache);
  }

  /** The next version, with another router. */
  withRouter(router: Router): Snapshot {
    return new Snapshot(this.version + 1, this.family, router, this.#values, this.#initial, this.cache);
  }

  /** For code of before a reload, which still runs: values by name, initial ones where a var is new to it or gone. */
  #translate(definition: StateDefinition): StateValues {
    const today = this.#initial.counterpartOf(definition);
    if (today.family !== this.family) return definition.makeInitialValues();
    const values = this.valuesOf(today);
    const byName = new Map(today.vars.map(({ name, index }) => [name, values[index]]));
    return definition.vars.map(({ name }) => byName.get(name));
  }
}
