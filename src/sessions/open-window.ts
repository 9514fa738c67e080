import { AsyncLocalStorage } from "node:async_hooks";

/**
 * A window (a handler's run or a lock window) that is open, as the code that runs inside it carries it along.
 *
 * Synchronous code is tracked by a plain variable: on Node 20 an AsyncLocalStorage makes all promise code of the process two to three times
 * slower, so it is entered only for code that may await.
 */
export interface OpenWindow {
  readonly session: object;
  /** Who holds the lock, for messages. */
  readonly name: string;
  isOpen: boolean;
  /** The window that this one was opened in: of another session. */
  readonly outer: OpenWindow | undefined;
}

let synchronous: OpenWindow | undefined;
let storage: AsyncLocalStorage<OpenWindow | undefined> | undefined;

/** The window that the calling code runs in, if any: exact before and after an `await`, and through helpers. */
export function currentWindow(): OpenWindow | undefined {
  return synchronous ?? storage?.getStore();
}

/** The open window of `session` that the calling code runs in, if any. */
export function windowOf(session: object): OpenWindow | undefined {
  for (let window = currentWindow(); window !== undefined; window = window.outer) {
    if (window.isOpen && window.session === session) return window;
  }
  return undefined;
}

/** Runs code as inside `window`; `mayAwait` carries the window along into what it awaits. */
export function runInWindow<R>(window: OpenWindow, mayAwait: boolean, code: () => R): R {
  const before = synchronous;
  synchronous = window;
  try {
    if (!mayAwait && storage === undefined) return code();
    return (storage ??= new AsyncLocalStorage()).run(window, code);
  } finally {
    synchronous = before;
  }
}

/** A plain function has given a promise: from now on windows are carried along whatever the function looks like. */
export function carryAlways(): void {
  storage ??= new AsyncLocalStorage();
}

/** Runs code that belongs to no window though it was called in one: what a trigger starts. */
export function runOutsideWindows<R>(code: () => R): R {
  const before = synchronous;
  synchronous = undefined;
  try {
    return storage === undefined ? code() : storage.run(undefined, code);
  } finally {
    synchronous = before;
  }
}
