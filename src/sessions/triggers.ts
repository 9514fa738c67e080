import { ImmutableStateError } from "../base/errors.ts";
import type { Run } from "../state/background.ts";
import type { EventSpec } from "../state/event-spec.ts";
import type { StateDefinition } from "../state/state-definition.ts";
import type { Transaction } from "../state/transaction.ts";
import { toValue, type Value } from "../state/values.ts";
import { makeId } from "./make-id.ts";
import type { Session } from "./session.ts";
import type { LockHolder } from "./session-lock.ts";

/** What a session asks of the app, which knows how handlers and tasks are run. */
export interface EventStarter {
  /** Starts an event that server code triggered. */
  /** `args` are copied and need no check. */
  startEvent(session: Session, definition: StateDefinition, event: EventSpec, args: Value, runId: string): void;
  /** Told of an error of code that holds the lock which nobody has looked at. */
  unseenError(error: unknown, holder: LockHolder): void;
}

/** The object behind `this.trigger(S)`. */
interface TriggerTarget {
  readonly session: Session;
  readonly transaction: Transaction | undefined;
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
): object {
  let Triggers = classes.get(definition);
  if (Triggers === undefined) classes.set(definition, (Triggers = makeClass(definition)));
  return new Triggers({ session, transaction });
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
      value(this: { [TARGET_OF]: TriggerTarget }, ...args: unknown[]): Run {
        const { session, transaction } = this[TARGET_OF];
        const id = makeId();
        const copied = toValue(args, `arguments of ${definition.name}.${event.name}`);
        const start = (): void => session.starter.startEvent(session, definition, event, copied, id);
        if (transaction === undefined) start();
        else if (transaction.isOpen) transaction.triggers.push({ start });
        else
          throw new ImmutableStateError(
            `${definition.name}.${event.name} was triggered after its lock window (or handler) had ended. Trigger it inside the window, or on the task's own \`this\`.`,
          );
        return { id };
      },
    });
  }
  return Triggers;
}
