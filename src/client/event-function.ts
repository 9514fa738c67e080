import { ClientSetupError } from "../base/errors.ts";
import type { AnyFunction } from "../data/deep-readonly.ts";
import type { CallOptions, EventFunction, StateReplica } from "./client.ts";
import type { Dropped } from "./dropped.ts";

/** Makes a call of one event. */
type Caller = (args: readonly unknown[], options: CallOptions) => Promise<unknown>;

/** What is known of each event function. */
const known = new WeakMap<
  AnyFunction,
  { readonly call: Caller; readonly runs: () => StateReplica; readonly variants: Map<string, EventFunction> }
>();

/** An event as a function, which `withOptions` takes. `runs` gives the replica of its runs, if it is a background task. */
export function eventFunction(call: Caller, runs: () => StateReplica): EventFunction {
  const event: EventFunction = (...args) => call(args, {});
  known.set(event, { call, runs, variants: new Map() });
  return event;
}

/**
 * The replica of a background task's runs, whose values `runViews` reads.
 *
 * @throws ClientSetupError where `event` is not a state's event.
 */
export function runsOf(event: AnyFunction): StateReplica {
  const entry = known.get(event);
  if (entry === undefined) throw new ClientSetupError("useRuns takes a background task of a state.");
  return entry.runs();
}

/**
 * The same event, called with these options each time: `withOptions(task.setFilter, { debounce: 200 })`. The same event and options give the same function.
 * A call that is dropped resolves to `DROPPED`. A call without `debounce` of any event first sends what is being debounced, so that order is kept.
 *
 * @throws ClientSetupError where `event` is not a state's event.
 */
export function withOptions<F extends AnyFunction>(
  event: F,
  options: CallOptions,
): (...args: Parameters<F>) => Promise<Awaited<ReturnType<F>> | Dropped> {
  const entry = known.get(event);
  if (entry === undefined) throw new ClientSetupError("withOptions takes an event of a state, such as task.setFilter.");
  const { debounce, temporal } = options;
  const key = `${debounce},${temporal}`;
  let variant = entry.variants.get(key);
  if (variant === undefined) {
    variant = (...args) => entry.call(args, options);
    entry.variants.set(key, variant);
  }
  return variant as (...args: Parameters<F>) => Promise<Awaited<ReturnType<F>> | Dropped>;
}
