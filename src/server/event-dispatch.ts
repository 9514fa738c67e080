import { randomUUID } from "node:crypto";
import { MeanwhileError, ProtocolError, UnknownEventError, UnknownStateError } from "../base/errors.ts";
import { parseArguments } from "../events/parse-arguments.ts";
import { queueHandler, type HandlerOutcome } from "../events/run-handler.ts";
import { makeId } from "../sessions/make-id.ts";
import type { Session } from "../sessions/session.ts";
import type { LockHolder } from "../sessions/session-lock.ts";
import type { EventStarter } from "../sessions/triggers.ts";
import type { EventSpec } from "../state/event-spec.ts";
import type { StateDefinition } from "../state/state-definition.ts";
import { fromValue, type Value } from "../state/values.ts";
import type { TaskRegistry } from "../tasks/task-registry.ts";
import { decodeMutable } from "../wire/decode.ts";
import { encodeNode } from "../wire/encode-node.ts";
import { hasMoreValues } from "../wire/has-more-values.ts";
import type { CallMessage, CallResult, WireError } from "../wire/messages.ts";
import type { ErrorReporter } from "./error-reporter.ts";
import type { ArgumentLimits } from "./limits.ts";

/** Joins handlers and tasks: runs what pages call and what server code triggers. */
export class EventDispatch implements EventStarter {
  readonly #tasks: TaskRegistry;
  readonly #errors: ErrorReporter;
  readonly #limits: ArgumentLimits;
  readonly #stateNamed: (name: string) => StateDefinition | undefined;
  /** Set when the app closes: nothing new starts. */
  isClosed = false;

  constructor(
    tasks: TaskRegistry,
    errors: ErrorReporter,
    limits: ArgumentLimits,
    stateNamed: (name: string) => StateDefinition | undefined,
  ) {
    this.#tasks = tasks;
    this.#errors = errors;
    this.#limits = limits;
    this.#stateNamed = stateNamed;
  }

  /** A page's call. `settled` is told once. */
  call(session: Session, message: CallMessage, settled: (result: CallResult) => void): void {
    const { id } = message;
    const fail = (error: unknown, name: string): void =>
      settled({ id, ok: false, error: this.#wireError(error, name) });
    try {
      if (this.isClosed) throw appClosed();
      const { definition, event } = this.#find(message.state, message.event);
      const name = definition.nameOf(event);
      const { maxValues } = this.#limits;
      if (hasMoreValues(message.args, maxValues))
        throw new ProtocolError("BAD_MESSAGE", `The arguments hold more than ${maxValues} values.`);
      const args = message.args.map((arg) => decodeMutable(arg, this.#limits));
      if (event.kind === "background") {
        this.#startTask(
          session,
          definition,
          event,
          args,
          (runId) => settled({ id, ok: true, value: { id: runId } }),
          (error) => fail(error, name),
        );
        return;
      }
      const done = (outcome: HandlerOutcome): void =>
        outcome.ok ? settled({ id, ok: true, value: encodeNode(outcome.value) }) : fail(outcome.error, name);
      queueHandler({ session, definition, event, args, isFromPage: true, settled: done });
    } catch (error) {
      fail(error, `${message.state}.${message.event}`);
    }
  }

  startEvent(session: Session, definition: StateDefinition, event: EventSpec, args: Value, runId: string): void {
    if (this.isClosed) return;
    if (event.kind === "background") {
      this.#tasks.startTriggered(session, definition, event, args, runId);
      return;
    }
    this.runHandler(session, definition, event, fromValue(args) as unknown[]);
  }

  unseenError(error: unknown, { name, id }: LockHolder): void {
    const info = { kind: id === undefined ? "event" : "task", name, id: id ?? randomUUID() } as const;
    this.#errors.report(error, info, `${name} has a lock() that was not awaited, and that failed`);
  }

  /** Queues a handler that no page waits for. */
  runHandler(session: Session, definition: StateDefinition, event: EventSpec, args: readonly unknown[]): void {
    queueHandler({
      session,
      definition,
      event,
      args,
      isFromPage: false,
      settled: (outcome) => {
        if (!outcome.ok)
          this.#errors.report(outcome.error, {
            kind: "event",
            name: definition.nameOf(event),
            id: randomUUID(),
          });
      },
    });
  }

  #startTask(
    session: Session,
    definition: StateDefinition,
    event: EventSpec,
    args: readonly unknown[],
    started: (runId: string) => void,
    failed: (error: unknown) => void,
  ): void {
    const start = (parsed: readonly unknown[]): void => {
      // Closed while an asynchronous schema parsed.
      if (this.isClosed) throw appClosed();
      const runId = makeId();
      this.#tasks.start(session, definition, event, parsed, runId);
      started(runId);
    };
    const parsed = parseArguments(definition.name, event, args);
    if (parsed instanceof Promise) parsed.then(start).catch(failed);
    else start(parsed);
  }

  #find(stateName: string, eventName: string): { definition: StateDefinition; event: EventSpec } {
    const definition = this.#stateNamed(stateName);
    if (definition === undefined) throw new UnknownStateError(`This app has no state named "${stateName}".`);
    const event = definition.events.get(eventName);
    if (event !== undefined) return { definition, event };
    throw new UnknownEventError(
      `${stateName} has no event "${eventName}". Only methods marked @event can be called from a page (import { event } from "meanwhile": browsers have a global of that name).`,
    );
  }

  #wireError(error: unknown, name: string): WireError {
    return this.#errors.forPage(error, { kind: "event", name, id: randomUUID() });
  }
}

function appClosed(): MeanwhileError {
  return new MeanwhileError("APP_CLOSED", "The app is closing; nothing new is started.");
}
