import type { StateDefinition } from "./state-definition.ts";

/** The key under which a state's view objects hold their context. Never exported from the package. */
export const CONTEXT: unique symbol = Symbol("meanwhile.context");

/** A state class, as the framework handles it. */
// oxlint-disable-next-line typescript/no-explicit-any -- stands for any state class
export type StateClass<S = any> = abstract new () => S;

/** What stands behind one view object of a state: where its vars are read and written, and what the framework's own names do. */
export interface StateContext {
  readonly definition: StateDefinition;
  read(index: number): unknown;
  write(index: number, value: unknown): void;
  computed(index: number): unknown;
  /** The node (or draft) that stands for a var now, for `console.log`. */
  getState(state: StateClass): unknown;
  reset(): void;
  trigger(state: StateClass): unknown;
  readonly router: unknown;
  readonly app: unknown;
  lock(callback: unknown): Promise<unknown>;
  readonly task: unknown;
}
