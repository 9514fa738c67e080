import type {
  AnyFunction,
  BackgroundBrand,
  DeepReadonly,
  Leaf,
  OwnName,
  Result,
  stateBrand,
} from "../data/deep-readonly.ts";

/** A run of a background task that the page has started. */
export interface Run {
  /** Unguessable, unique. */
  readonly id: string;
}

/** The names of `S` that a page may know: vars, computed vars and events, but no `_name` and none of the framework's own. */
export type PublicName<S> = Exclude<keyof S, OwnName | `_${string}` | typeof stateBrand>;

/** Values that are one argument and never a form. */
type NotAForm = Leaf | AnyFunction | Date | readonly unknown[] | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>;

/** What an argument of type `T` may be in the page: read-only values too, since arguments are copied. */
type PageArg<T> = unknown extends T ? T : DeepReadonly<T>;

/** An event's arguments as the page gives them: read-only values will do, and `FormData` where the event takes one object. */
export type PageArgs<A extends readonly unknown[]> = A extends [infer O]
  ? O extends NotAForm
    ? { [K in keyof A]: PageArg<A[K]> }
    : [form: PageArg<O> | FormData]
  : { [K in keyof A]: PageArg<A[K]> };

/** An event as a function of the page: its promise settles once the page has the commit; a background task's gives its run as it starts. */
export type PageEvent<M> = M extends (this: infer T, ...args: infer A) => infer R
  ? T extends BackgroundBrand
    ? (...args: PageArgs<A>) => Promise<Run>
    : (...args: PageArgs<A>) => Promise<DeepReadonly<Result<R>>>
  : never;

/** A state as the page sees it: its vars and computed vars, deeply read-only, and its events as functions that give promises. */
export type Page<S> = {
  readonly [K in PublicName<S>]: S[K] extends AnyFunction ? PageEvent<S[K]> : DeepReadonly<S[K]>;
};
