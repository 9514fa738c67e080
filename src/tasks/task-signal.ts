import { getEventListeners, setMaxListeners } from "node:events";

type Listener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown };

/** Whether somebody listens to the signal, by itself or by one that was made of it (`AbortSignal.any`). */
export function hasListeners(signal: AbortSignal): boolean {
  try {
    if (getEventListeners(signal, "abort").length > 0) return true;
    // Node keeps the signals that depend on this one under a symbol of its own.
    const key = Object.getOwnPropertySymbols(signal).find(({ description }) => description === "kDependantSignals");
    return key !== undefined && ((signal as unknown as Record<symbol, { size?: number }>)[key]?.size ?? 0) > 0;
  } catch {
    return false; // a signal that is not Node's: of a test's make-believe browser
  }
}

/**
 * A signal whose listeners may fail: what one throws, or rejects with, is told to `report`. As Node dispatches events it would be an uncaught
 * exception, and end the process for all sessions. `told` is called when somebody who asks the signal hears that it is aborted.
 */
export function guardSignal(signal: AbortSignal, report: (error: unknown) => void, told: () => void): void {
  try {
    setMaxListeners(0, signal);
  } catch {
    // A signal that is not Node's knows no such limit.
  }
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  const guards = new WeakMap<Listener, (event: Event) => void>();
  const guard = (listener: Listener): ((event: Event) => void) => {
    let guarded = guards.get(listener);
    if (guarded === undefined) guards.set(listener, (guarded = (event) => call(signal, listener, event, report)));
    return guarded;
  };
  let onabort: Listener | null = null;
  const isAborted = (): boolean => Reflect.get(Object.getPrototypeOf(signal) as object, "aborted", signal) as boolean;
  const throwIfAborted = signal.throwIfAborted.bind(signal);
  Object.defineProperties(signal, {
    aborted: {
      get(): boolean {
        if (!isAborted()) return false;
        told();
        return true;
      },
    },
    throwIfAborted: {
      value(): void {
        if (isAborted()) told();
        throwIfAborted();
      },
    },
    addEventListener: {
      value(type: string, listener: unknown, options?: object): void {
        add(type, isListener(listener) ? guard(listener) : (listener as () => void), options);
      },
    },
    removeEventListener: {
      value(type: string, listener: unknown, options?: object): void {
        const guarded = isListener(listener) ? guards.get(listener) : undefined;
        if (guarded !== undefined) remove(type, guarded, options);
      },
    },
    onabort: {
      get: () => onabort,
      set(listener: unknown) {
        if (onabort !== null) remove("abort", guard(onabort));
        onabort = typeof listener === "function" ? (listener as Listener) : null;
        if (onabort !== null) add("abort", guard(onabort));
      },
    },
  });
}

function isListener(value: unknown): value is Listener {
  return typeof value === "function" || (typeof value === "object" && value !== null);
}

function call(signal: AbortSignal, listener: Listener, event: Event, report: (error: unknown) => void): void {
  try {
    const given = typeof listener === "function" ? listener.call(signal, event) : listener.handleEvent(event);
    if (given instanceof Promise) given.catch(report);
  } catch (error) {
    report(error);
  }
}
