import type { Session } from "../sessions/session.ts";
import { mayAwait } from "../sessions/may-await.ts";
import { runOutsideWindows } from "../sessions/open-window.ts";
import { runWindow } from "../sessions/window.ts";
import type { EventSpec } from "../state/event-spec.ts";
import type { StateDefinition } from "../state/state-definition.ts";
import { toValue, type Value } from "../state/values.ts";
import { parseArguments } from "./parse-arguments.ts";

/** One call of a handler. */
export interface HandlerCall {
  readonly session: Session;
  readonly definition: StateDefinition;
  readonly event: EventSpec;
  /** Plain, mutable, the handler's own. */
  readonly args: readonly unknown[];
  /** Whether the arguments come from a page, and must pass the event's schemas. */
  readonly isFromPage: boolean;
  /** Told once what came of it. Must not throw. */
  settled(outcome: HandlerOutcome): void;
}

/** What came of a handler: its result as a node, committed; or its error, undone. */
export type HandlerOutcome =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: unknown };

/** Puts a handler's call into its session's queue of events: it runs when the ones before it have, inside the lock from start to end. */
export function queueHandler(call: HandlerCall): void {
  // It is of no window, though one may have triggered it: what it does waits for nobody who waits for it.
  runOutsideWindows(() => call.session.events.add(() => run(call)));
}

function run(call: HandlerCall): void | Promise<void> {
  try {
    const args = call.isFromPage ? parseArguments(call.definition.name, call.event, call.args) : call.args;
    if (args instanceof Promise)
      return args.then((parsed) => locked(call, parsed)).catch((error: unknown) => call.settled({ ok: false, error }));
    const pending = locked(call, args);
    return pending?.catch((error: unknown) => call.settled({ ok: false, error }));
  } catch (error) {
    call.settled({ ok: false, error });
  }
}

function locked(call: HandlerCall, args: readonly unknown[]): void | Promise<void> {
  const name = call.definition.nameOf(call.event);
  const { lock } = call.session;
  if (lock.tryAcquire("event", { name })) return handle(call, name, args);
  return lock.acquire("event", { name }).then(() => handle(call, name, args));
}

function handle(call: HandlerCall, name: string, args: readonly unknown[]): void | Promise<void> {
  const outcome = runWindow<Value>(call.session, {
    name,
    mayAwait: mayAwait(call.event.method, call.definition),
    call: (transaction) => call.event.method.apply(transaction.self(call.definition), args as unknown[]) as unknown,
    outcome: (value) => toValue(value, `the result of ${name}`),
  });
  if (outcome instanceof Promise) return outcome.then((value) => call.settled({ ok: true, value }));
  call.settled({ ok: true, value: outcome });
}
