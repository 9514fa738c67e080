import { randomUUID } from "node:crypto";
import { MeanwhileError, ProtocolError, UnknownEventError, UnknownStateError } from "../base/errors.ts";
import { parseArguments } from "../events/parse-arguments.ts";
import { queueHandler, type HandlerOutcome } from "../events/run-handler.ts";
import { makeId } from "../sessions/make-id.ts";
import type { Session } from "../sessions/session.ts";
import type { LockHolder } from "../sessions/session-lock.ts";
import type { EventStarter, Triggered } from "../sessions/triggers.ts";
import type { EventSpec } from "../state/event-spec.ts";
import type { StateDefinition } from "../state/state-definition.ts";
import { fromValue, type Value } from "../state/values.ts";
import type { TaskRegistry } from "../tasks/task-registry.ts";
import type { TaskRun } from "../tasks/task-run.ts";
import { TriggeredTask } from "../tasks/triggered-task.ts";
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
  /** Set when the app closes: pages start nothing new. */
  isClosing = false;
  /** Set when all tasks have ended: no handler starts any more. */
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
      // To cancel is nothing new: a page that does not wait for what runs helps the app to close.
      if (message.state.includes(".")) return this.#callTask(session, message, settled);
      if (this.isClosing) throw appClosed();
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
          (run) => settled({ id, ok: true, run }),
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

  trigger(session: Session, definition: StateDefinition, event: EventSpec, args: Value, waits: unknown): Triggered {
    if (event.kind === "handler") {
      const start = (): void => {
        if (!this.isClosed) this.runHandler(session, definition, event, fromValue(args) as unknown[]);
      };
      return { run: { id: makeId() }, start, undo: () => {} };
    }
    const task = new TriggeredTask(makeId(), definition.nameOf(event), session, waits);
    const start = (id: string): TaskRun => {
      if (this.#tasks.isEnding) throw appClosed();
      return this.#tasks.startTriggered(session, definition, event, args, id);
    };
    return {
      run: task,
      start: () => {
        try {
          task.start(start);
        } catch (error) {
          const name = definition.nameOf(event);
          this.#errors.report(error, { kind: "task", name, id: randomUUID() }, `${name} could not be started`);
        }
      },
      undo: () => task.undo(),
    };
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
    started: (run: string) => void,
    failed: (error: unknown) => void,
  ): void {
    const start = (parsed: readonly unknown[]): void => {
      // Closed while an asynchronous schema parsed.
      if (this.isClosing) throw appClosed();
      started(this.#tasks.start(session, definition, event, parsed).id);
    };
    const parsed = parseArguments(definition.name, event, args);
    if (parsed instanceof Promise) parsed.then(start).catch(failed);
    else start(parsed);
  }

  /** A page's call of a task's own events: `MyState.myTask` is what the list of its runs is called. */
  #callTask(session: Session, { id, state, event, args }: CallMessage, settled: (result: CallResult) => void): void {
    const [runId] = args;
    if (this.taskNamed(state) === undefined) throw new UnknownStateError(`This app has no task named "${state}".`);
    if (event !== "cancel" || typeof runId !== "string")
      throw new UnknownEventError(`All that a page can call of ${state} is "cancel", with the id of a run.`);
    // One that it does not know (any more) has ended.
    this.#tasks.list(session, state).get(runId)?.cancel();
    settled({ id, ok: true, value: null });
  }

  /** The background task of a name such as `MyState.myTask`. */
  taskNamed(name: string): EventSpec | undefined {
    const at = name.indexOf(".");
    const event = this.#stateNamed(name.slice(0, at))?.events.get(name.slice(at + 1));
    return event?.kind === "background" ? event : undefined;
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
