import type { StateDefinition } from "../state/state-definition.ts";

const plainFunctionPrototype: unknown = Function.prototype;

/** Whether a lock window's callback may await: an async function, a generator, or a plain one of a state whose helpers are asynchronous. */
export function mayAwait(change: unknown, definition: StateDefinition): boolean {
  return definition.hasAsyncMembers || Object.getPrototypeOf(change) !== plainFunctionPrototype;
}
