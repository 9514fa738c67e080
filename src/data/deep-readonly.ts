/** Brands a state class's instances for the type level only; no such property exists. */
export declare const stateBrand: unique symbol;

/** What every state's type carries, so that types can tell a state without importing its class. */
export interface StateBrand {
  readonly [stateBrand]: true;
}

/** Brands the `this` of a background task for the type level only. */
declare const backgroundBrand: unique symbol;

/** What the `this` of every background task carries. */
export interface BackgroundBrand {
  readonly [backgroundBrand]: true;
}

/** The framework's own names on a state: few and fixed, refused as names of vars and methods. */
export type OwnName = "app" | "router" | "getState" | "reset" | "trigger" | "lock" | "task";

/** Any function. */
// oxlint-disable-next-line typescript/no-explicit-any -- a constraint that must admit every parameter list
export type AnyFunction = (...args: any[]) => any;

/** Values that are immutable by themselves. */
export type Leaf = string | number | boolean | bigint | symbol | null | undefined;

/** A state as code without the lock sees it: every var deeply read-only, the framework's own names aside. */
export type View<S> = { readonly [K in Exclude<keyof S, OwnName | typeof stateBrand>]: DeepReadonly<S[K]> };

/** `T` with no way to write to it, at any depth. */
export type DeepReadonly<T> = T extends Leaf | AnyFunction
  ? T
  : T extends Date
    ? Omit<Date, `set${string}`>
    : T extends Map<infer K, infer V>
      ? ReadonlyMap<DeepReadonly<K>, DeepReadonly<V>>
      : T extends Set<infer V>
        ? ReadonlySet<DeepReadonly<V>>
        : T extends StateBrand
          ? View<T>
          : { readonly [K in keyof T]: DeepReadonly<T[K]> };

/** What a handler, a lock window's callback or a generator finally gives: promises awaited, generators run to their end. */
export type Result<R> =
  // oxlint-disable-next-line typescript/no-explicit-any -- a generator of any kind
  R extends Generator<any, infer T> | AsyncGenerator<any, infer T> ? T : Awaited<R>;
