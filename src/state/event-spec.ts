import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { AnyFunction } from "../data/deep-readonly.ts";
import type { TaskOptions } from "./task-options.ts";

/** What `@event` has recorded of one method. */
export interface EventSpec {
  readonly name: string;
  readonly kind: "handler" | "background";
  /** The method as it was written; what stands on the prototype may refuse direct calls. */
  readonly method: AnyFunction;
  readonly args: readonly StandardSchemaV1[] | undefined;
  readonly onLoad: boolean;
  readonly onDisconnect: "cancel" | "continue";
  /** Of a background task. */
  readonly task: TaskOptions | undefined;
  /** The module that `@event` was used in, as a stack frame names it; undefined where it can't be told. */
  readonly file: string | undefined;
}

export type { AnyFunction };

const specs = new WeakMap<AnyFunction, EventSpec>();

/** Marks `method`, as it stands on a prototype, as an event. Kept by function: `context.metadata` does not exist everywhere. */
export function markEvent(method: AnyFunction, spec: EventSpec): void {
  specs.set(method, spec);
}

/** The event that a function on a prototype is, if it is one. */
export function eventSpecOf(method: unknown): EventSpec | undefined {
  return typeof method === "function" ? specs.get(method as AnyFunction) : undefined;
}
