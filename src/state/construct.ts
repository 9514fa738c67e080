import type { StateClass } from "./state-context.ts";

/** Makes an instance whose fields are the initial values; such an instance has no session. */
export function construct(state: StateClass): Record<string, unknown> {
  return new (state as unknown as new () => Record<string, unknown>)();
}
