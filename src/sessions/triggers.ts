import { ImmutableStateError } from "../base/errors.ts";
import type { EventSpec } from "../state/event-spec.ts";
import type { StateDefinition } from "../state/state-definition.ts";
import type { PendingTrigger, Transaction } from "../state/transaction.ts";
import { toValue, type Value } from "../state/values.ts";
import type { Session } from "./session.ts";
import type { LockHolder } from "./session-lock.ts";

/** What a session asks of the app, which knows how handlers and tasks are run. */
export interface EventStarter {
  /** Prepares an event that server code triggers: what it gives starts it, or is let go. `args` are copied and need no check.
   * `waits`: of the task that triggers, see `Transaction.waits`. */
  trigger(session: Session, definition: StateDefinition, event: EventSpec, args: Value, waits: unknown): Triggered;
  /** Told of an error of code that holds the lock which nobody has looked at. */
  unseenError(error: unknown, holder: LockHolder): void;
}

/** An event that was triggered and has not begun. */
export interface Triggered extends PendingTrigger {
  /** What who triggers it gets: its run. */
  readonly run: object;
}

/** The object behind `this.trigger(S)`. */
interface TriggerTarget {
  readonly session: Session;
  readonly transaction: Transaction | undefined;
  readonly waits: unknown;
}

const TARGET_OF = Symbol("meanwhile.triggers");

type TriggersClass = new (target: TriggerTarget) => object;

const classes = new WeakMap<StateDefinition, TriggersClass>();

/**
 * The functions that start events of a state: inside a transaction once it is committed, and never if it is undone; without one at once.
 */
export function makeTriggers(
  session: Session,
  definition: StateDefinition,
  transaction: Transaction | undefined,
  waits: unknown = transaction?.waits,
): object {
  let Triggers = classes.get(definition);
  if (Triggers === undefined) classes.set(definition, (Triggers = makeClass(definition)));
  return new Triggers({ session, transaction, waits });
}

function makeClass(definition: StateDefinition): TriggersClass {
  const Triggers = class {
    readonly [TARGET_OF]: TriggerTarget;
    constructor(target: TriggerTarget) {
      this[TARGET_OF] = target;
    }
  };
  for (const event of definition.events.values()) {
    Object.defineProperty(Triggers.prototype, event.name, {
      value(this: { [TARGET_OF]: TriggerTarget }, ...args: unknown[]): object {
        const { session, transaction, waits } = this[TARGET_OF];
        const copied = toValue(args, `arguments of ${definition.name}.${event.name}`);
        if (transaction?.isOpen === false)
          throw new ImmutableStateError(
            `${definition.name}.${event.name} was triggered after its lock window (or handler) had ended. Trigger it inside the window, or on the task's own \`this\`.`,
          );
        const triggered = session.starter.trigger(session, definition, event, copied, waits);
        if (transaction === undefined) triggered.start();
        else transaction.triggers.push(triggered);
        return triggered.run;
      },
    });
  }
  return Triggers;
}
