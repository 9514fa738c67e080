import type { StateDefinition } from "../state/state-definition.ts";

const plainFunctionPrototype: unknown = Function.prototype;

/**
 * Whether code that runs inside the lock (a handler, a lock window's callback) may await: an async function, a generator, or a plain function of a
 * state whose helpers are asynchronous.
 */
export function mayAwait(code: unknown, definition: StateDefinition): boolean {
  return definition.hasAsyncMembers || Object.getPrototypeOf(code) !== plainFunctionPrototype;
}
