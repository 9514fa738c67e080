import type { StateClass } from "./state-context.ts";

let depth = 0;

/** Whether a state class is being constructed by the framework, in this very call stack. */
export function isConstructing(): boolean {
  return depth > 0;
}

/** Makes an instance whose fields are the initial values; such an instance has no session. */
export function construct(state: StateClass): Record<string, unknown> {
  depth += 1;
  try {
    return new (state as unknown as new () => Record<string, unknown>)();
  } finally {
    depth -= 1;
  }
}
