import { BackgroundCallError, StateDefinitionError } from "../base/errors.ts";
import type { State } from "../state/state.ts";
import { markEvent, type AnyFunction } from "../state/event-spec.ts";
import { callerFile } from "./caller-file.ts";
import type { DeclaresThis, EventOptions, Fits, KeyFits, KeyFunction, Schemas } from "./event-options.ts";
import { taskOptions } from "./task-options-of.ts";

/**
 * Marks a method as an event: something that the page may call. Plain, it is a handler, which holds the session's lock from start to end and is
 * atomic; with `{ background: true }` it is a background task, which runs beside the others.
 *
 * @example
 * ```ts
 * @event increment() { this.counter += 1; }
 * @event({ args: [z.number()] }) add(amount: number) { this.counter += amount; }
 * @event({ background: true }) async work(this: Background<MyState>) { await this.lock((self) => { self.counter += 1; }); }
 * ```
 * @throws StateDefinitionError for anything but a public instance method, and for a background task that is not an async method.
 */
export function event<S extends State, A extends unknown[], R>(
  method: (this: S, ...args: A) => R,
  context: ClassMethodDecoratorContext<S>,
): void;
export function event<
  const C extends Schemas | undefined = undefined,
  B extends boolean = false,
  K extends KeyFunction | undefined = undefined,
>(
  options: EventOptions<C, B, K>,
): <S extends State, M extends AnyFunction>(
  method: M & Fits<C, M> & KeyFits<K, M> & (B extends true ? DeclaresThis<S, M> : unknown),
  context: ClassMethodDecoratorContext<S, M>,
) => void;
export function event(first: unknown, context?: ClassMethodDecoratorContext): unknown {
  const file = callerFile(event);
  if (context !== undefined) return mark(first as AnyFunction, context, {}, file);
  if (typeof first !== "object" || first === null) {
    throw new StateDefinitionError(
      "event is a decorator: write `@event` before a method of a state class, or `@event({ ...options })`.",
    );
  }
  return (method: AnyFunction, methodContext: ClassMethodDecoratorContext) => mark(method, methodContext, first, file);
}

const asyncFunctionPrototype: unknown = Object.getPrototypeOf(async () => {});

function mark(
  method: AnyFunction,
  context: ClassMethodDecoratorContext,
  options: EventOptions<Schemas | undefined, boolean, KeyFunction | undefined>,
  file: string | undefined,
): unknown {
  const name = String(context.name);
  if (context.kind !== "method" || context.static || context.private) {
    const what = context.private ? "a #private member" : context.static ? "a static member" : `a ${context.kind}`;
    throw new StateDefinitionError(
      `@event is on ${what} ("${name}"), and only a public method of an instance can be an event.`,
    );
  }
  if (typeof context.name === "symbol")
    throw new StateDefinitionError(`@event is on a method named by a symbol (${name}). Events have names.`);
  const isBackground = options.background === true;
  if (isBackground && Object.getPrototypeOf(method) !== asyncFunctionPrototype) {
    throw new StateDefinitionError(
      `The background task "${name}" is not an async method: write \`async ${name}(this: Background<...>)\`. (A generator commits at each yield only inside the lock: this.lock(async function* (self) { ... }).)`,
    );
  }
  if (isBackground && options.onLoad === true) {
    throw new StateDefinitionError(
      `"${name}" can't be both a background task and onLoad: let an onLoad handler trigger the task.`,
    );
  }
  if (!isBackground && options.onDisconnect !== undefined) {
    throw new StateDefinitionError(
      `"${name}" has onDisconnect, which is for background tasks: a handler runs to its end though its page has left.`,
    );
  }
  const task = taskOptions(name, isBackground, options);
  const replacement = isBackground ? refuseCalls(name) : method;
  markEvent(replacement, {
    name,
    kind: isBackground ? "background" : "handler",
    method,
    args: options.args,
    onLoad: options.onLoad === true,
    onDisconnect: options.onDisconnect ?? "continue",
    task,
    file,
  });
  return isBackground ? replacement : undefined;
}

/** What stands in a background task's place: it may be started, never called. */
function refuseCalls(name: string): AnyFunction {
  return function (this: object | undefined) {
    throw new BackgroundCallError(this?.constructor.name ?? "This state", name);
  };
}
