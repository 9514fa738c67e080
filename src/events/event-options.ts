import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Background } from "../state/background.ts";
import type { AnyFunction } from "../state/event-spec.ts";
import type { State } from "../state/state.ts";
import type { PolicyScope, RetryOptions, TaskPolicy } from "../state/task-options.ts";

/** Schemas of an event's arguments, one each, of any library that follows the Standard Schema convention. */
export type Schemas = readonly StandardSchemaV1[];

/** What `@event` can be told. */
export interface EventOptions<C, B, K = undefined> {
  /** Schemas that parse what the page sends, one for each parameter. The compiler checks that each takes what its parameter takes, and gives it. */
  args?: C;
  /** True: a background task. Default false: a handler. */
  background?: B;
  /** True: runs once for each document that begins to use the state, before that page's own events. Handlers only. Default false. */
  onLoad?: boolean;
  /** What happens to the task when its page is gone. Background tasks only. Default "continue". */
  onDisconnect?: B extends true ? "cancel" | "continue" : never;
  /** What a start does while other runs of the task go on. Background tasks only. Default "parallel". */
  policy?: B extends true ? TaskPolicy : never;
  /** Whose runs the policy looks at: those of the session, or of all sessions of the app. Background tasks only. Default "session". */
  per?: B extends true ? PolicyScope : never;
  /** Computed from the arguments: the policy looks only at runs with the same key. Background tasks only. Default: all runs of the task. */
  key?: K;
  /** How long a run may take from its start, further attempts included, in ms; then it is cancelled, with reason `timeout`. Background tasks only. Default: for ever. */
  timeoutMs?: B extends true ? number : never;
  /** Whether and when a run that failed is tried again. Background tasks only. Default: never. */
  retry?: B extends true ? RetryOptions : never;
}

type Outputs<C extends Schemas> = { -readonly [K in keyof C]: StandardSchemaV1.InferOutput<C[K]> };
type Inputs<C extends Schemas> = { -readonly [K in keyof C]: StandardSchemaV1.InferInput<C[K]> };

/** A parameter list in which what may be left out is there, as undefined: what a schema has to take then. */
type Filled<P extends unknown[]> = FilledFrom<Required<P>, P>;
type FilledFrom<R extends unknown[], P> = { [K in keyof R]: K extends keyof P ? P[K] : never };

/** `unknown` where the schemas fit the method's parameters; else a type whose text says what is wrong. */
export type Fits<C, M extends AnyFunction> = C extends Schemas
  ? Outputs<C> extends Parameters<M>
    ? Filled<Parameters<M>> extends Inputs<C>
      ? unknown
      : { error: "the schema must take what the parameter takes: the page sends that" }
    : { error: "the schema's output must fit the parameter" }
  : unknown;

/** What `key` may be. */
export type KeyFunction = (...args: never[]) => string | number;

/** `unknown` where the key takes the method's parameters; else a type whose text says what is wrong. */
export type KeyFits<K, M extends AnyFunction> = K extends KeyFunction
  ? K extends (...args: Parameters<M>) => string | number
    ? unknown
    : { error: "the key is computed from the task's own parameters" }
  : unknown;

/** `unknown` where a background task is an async method that declares its `this`; else a type whose text says what is wrong. */
export type DeclaresThis<S extends State, M extends AnyFunction> =
  unknown extends ThisParameterType<M>
    ? { error: "declare `this: Background<YourState>` on a background task" }
    : Background<S> extends ThisParameterType<M>
      ? ReturnType<M> extends Promise<unknown>
        ? unknown
        : { error: "a background task is an async method" }
      : { error: "`this` of a background task must be Background<YourState>" };
