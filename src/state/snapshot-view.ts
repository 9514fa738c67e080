import { copyIn } from "../data/copy-in.ts";
import type { Node } from "../data/node.ts";
import { compute, noteCached, noteRead, type CachedComputed } from "./computed.ts";
import { readonlyError, readonlyView } from "./readonly-view.ts";
import type { Snapshot } from "./snapshot.ts";
import type { StateClass, StateContext } from "./state-context.ts";
import type { StateDefinition } from "./state-definition.ts";
import { resolveView } from "./view-target.ts";

/** What code that reads without the lock needs of its surroundings. `snapshot` may be replaced by a newer one between reads. */
export interface SnapshotReader {
  readonly snapshot: Snapshot;
  definitionOf(state: StateClass): StateDefinition;
  readonly app: unknown;
  trigger(definition: StateDefinition): unknown;
  lock(definition: StateDefinition, change: unknown): Promise<unknown>;
  readonly task: unknown;
}

/** The read-only view of one state over whatever snapshot the reader has now. */
export function readonlyState(definition: StateDefinition, reader: SnapshotReader): object {
  return new definition.Readonly(new ReadonlyContext(definition, reader));
}

/** A computed var's value on a snapshot, from the cache where nothing that it read has changed. Errors are given, not thrown. */
export function computedOn(definition: StateDefinition, index: number, reader: SnapshotReader): CachedComputed {
  const spec = definition.computed[index]!;
  const { snapshot } = reader;
  const known = snapshot.cache.get(spec);
  if (known !== undefined && isValidOn(known, snapshot)) return known;
  const self = readonlyState(definition, reader);
  const result = compute(spec, definition.name, self, (value) =>
    copyIn(value, `${definition.name}.${spec.name}`, resolveView),
  );
  const cached: CachedComputed = { ...result, version: snapshot.version, writes: -1 };
  // A task that still reads an old snapshot must not push out what the newest one has.
  if (known === undefined || known.version <= snapshot.version) snapshot.cache.set(spec, cached);
  return cached;
}

function isValidOn(cached: CachedComputed, snapshot: Snapshot): boolean {
  return cached.dependencies.every(({ definition, index, value }) =>
    Object.is(value, definition === undefined ? snapshot.router : snapshot.valuesOf(definition)[index]),
  );
}

class ReadonlyContext implements StateContext {
  readonly definition: StateDefinition;
  readonly #reader: SnapshotReader;

  constructor(definition: StateDefinition, reader: SnapshotReader) {
    this.definition = definition;
    this.#reader = reader;
  }

  read(index: number): unknown {
    const node: Node = this.#reader.snapshot.valuesOf(this.definition)[index];
    noteRead(this.definition, index, node);
    return readonlyView(node);
  }

  write(index: number): never {
    throw readonlyError(`set ${this.definition.name}.${this.definition.vars[index]!.name}`);
  }

  computed(index: number): unknown {
    const cached = computedOn(this.definition, index, this.#reader);
    noteCached(cached);
    if (cached.failed) throw cached.error;
    return readonlyView(cached.value);
  }

  getState(state: StateClass): unknown {
    return readonlyState(this.#reader.definitionOf(state), this.#reader);
  }

  reset(): never {
    throw readonlyError(`reset ${this.definition.name}`);
  }

  trigger(state: StateClass): unknown {
    return this.#reader.trigger(this.definition.isOf(state) ? this.definition : this.#reader.definitionOf(state));
  }

  get router(): unknown {
    noteRead(undefined, 0, this.#reader.snapshot.router);
    return this.#reader.snapshot.router;
  }

  get app(): unknown {
    return this.#reader.app;
  }

  lock(change: unknown): Promise<unknown> {
    return this.#reader.lock(this.definition, change);
  }

  get task(): unknown {
    return this.#reader.task;
  }
}
