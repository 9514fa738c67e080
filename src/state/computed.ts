import { ComputedVarError } from "../base/errors.ts";
import { isNode, type Node } from "../data/node.ts";
import type { StateDefinition } from "./state-definition.ts";
import { viewTarget } from "./view-target.ts";

/** A getter of a state class. */
export interface ComputedSpec {
  readonly name: string;
  readonly index: number;
  readonly isBackend: boolean;
  readonly get: (this: unknown) => unknown;
  readonly set: ((this: unknown, value: unknown) => void) | undefined;
}

/** One thing that a computed var read: a var, or (without a definition) the router. */
export interface Dependency {
  readonly definition: StateDefinition | undefined;
  readonly index: number;
  /** What was read: a primitive, a node, or a draft whose content may change under the same identity. */
  value: unknown;
}

/** A computed var's value (or error) with all that it read. */
export interface CachedComputed {
  readonly value: Node;
  readonly error: unknown;
  readonly failed: boolean;
  readonly dependencies: readonly Dependency[];
  /**
   * Whether the value is an object of the state itself: code that holds the lock then gets the one that it would get
   * from there.
   */
  readonly isPart: boolean;
  /** The version of the snapshot (or of the transaction's base) that it was computed on. */
  readonly version: number;
  /** The transaction's count of writes then, where something read was being changed; -1 where not. */
  readonly writes: number;
}

/** What runs now, innermost first: reads are noted for each, since the outer one depends on what the inner one read. */
interface Frame {
  readonly parent: Frame | undefined;
  readonly dependencies: Dependency[];
}

let frame: Frame | undefined;

/** Notes that the running computed var, if one runs, has read `value`. */
export function noteRead(definition: StateDefinition | undefined, index: number, value: unknown): void {
  if (frame !== undefined) noteInFrames({ definition, index, value });
}

/** The error for a write inside a computed var. */
export function computedWriteError(): ComputedVarError {
  return new ComputedVarError(
    "A computed var (a getter) must not write state. Write in an event handler, or in a method named _x.",
  );
}

/** Whether a computed var runs now. */
export function isComputing(): boolean {
  return frame !== undefined;
}

/** Notes what a computed var that was found in the cache had read. */
export function noteCached(cached: CachedComputed): void {
  if (frame !== undefined) for (const dependency of cached.dependencies) noteInFrames(dependency);
}

function noteInFrames(dependency: Dependency): void {
  for (const known of frame!.dependencies) {
    if (known.definition === dependency.definition && known.index === dependency.index) return;
  }
  frame!.dependencies.push(dependency);
}

/** Runs a getter once, noting what it reads. `toNode` makes its result a node, or throws where it is not data. */
export function compute(
  spec: ComputedSpec,
  stateName: string,
  self: unknown,
  toNode: (value: unknown) => Node,
): Pick<CachedComputed, "value" | "error" | "failed" | "isPart"> & { dependencies: Dependency[] } {
  const own: Frame = { parent: frame, dependencies: [] };
  frame = own;
  let value: Node;
  let isPart = false;
  let error: unknown;
  let failed = false;
  try {
    const result = spec.get.call(self);
    if (typeof (result as PromiseLike<unknown> | undefined)?.then === "function") {
      void (result as Promise<unknown>).then(undefined, () => {});
      throw new ComputedVarError(
        `The computed var ${stateName}.${spec.name} gives a promise. A getter must be synchronous: put the awaited value into a var, from a handler or a background task.`,
      );
    }
    value = toNode(result);
    isPart = isOfState(result);
  } catch (caught) {
    error = caught;
    failed = true;
  } finally {
    frame = own.parent;
  }
  if (frame !== undefined) for (const dependency of own.dependencies) noteInFrames(dependency);
  return { value, error, failed, isPart, dependencies: own.dependencies };
}

/** Dates are seen as they are, all else through views. */
function isOfState(value: unknown): boolean {
  return typeof value === "object" && value !== null && (isNode(value) || viewTarget(value) !== undefined);
}
