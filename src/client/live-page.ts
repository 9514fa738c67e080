import { ImmutableStateError } from "../base/errors.ts";
import type { EventFunction, Values } from "./client.ts";

/** What a live page reads from: a state's replica. */
interface LiveSource {
  readonly name: string;
  readonly values: Values | undefined;
  readonly events: ReadonlySet<string>;
  event(name: string): EventFunction;
}

/** A state as one object: each read gives the newest value, or the event of that name. Other names are undefined; writing throws. */
export function livePage(source: LiveSource): object {
  const has = (key: string | symbol): key is string =>
    typeof key === "string" && (Object.hasOwn(source.values ?? {}, key) || source.events.has(key));
  const get = (key: string | symbol): unknown =>
    has(key) ? (source.events.has(key) ? source.event(key) : source.values?.[key]) : undefined;
  const refuse = (key: string | symbol): never => {
    throw new ImmutableStateError(
      `${source.name}.${String(key)} can't be written in the page: call an event of the state.`,
    );
  };
  return new Proxy(
    {},
    {
      get: (_, key) => get(key),
      has: (_, key) => has(key),
      ownKeys: () => [...Object.keys(source.values ?? {}), ...source.events],
      getOwnPropertyDescriptor: (_, key) =>
        has(key) ? { value: get(key), enumerable: true, configurable: true, writable: false } : undefined,
      set: (_, key) => refuse(key),
      defineProperty: (_, key) => refuse(key),
      deleteProperty: (_, key) => refuse(key),
    },
  );
}
