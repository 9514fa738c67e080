import { readonlyView } from "../state/readonly-view.ts";
import { Transaction } from "../state/transaction.ts";
import { viewTarget } from "../state/view-target.ts";
import { carryAlways, currentWindow, runInWindow, type OpenWindow } from "./open-window.ts";
import type { Session } from "./session.ts";

/** Code to run inside the lock. */
export interface WindowCode<R> {
  /** Who runs, for messages, such as `MyState.save`. */
  readonly name: string;
  /** Whether it may give a promise or an async generator: then its window is carried along into what it awaits. */
  readonly mayAwait: boolean;
  /** Runs the code; may give a value, a promise, a generator or an async generator. */
  call(transaction: Transaction): unknown;
  /** Makes the outcome of what the code finally gives: before the commit, with its drafts still writable. Throwing undoes the window. */
  outcome(value: unknown): R;
  /** Of a task: see `Transaction.waits`. */
  readonly waits?: unknown;
  /** A window that awaited has come to its end, and holds the lock for the last moment: what is committed now is what it leaves. */
  ended?(): void;
}

type AnyGenerator = Iterator<unknown, unknown> | AsyncIterator<unknown, unknown>;

/**
 * One run of code that holds the session's lock, which the caller has taken: committed when it returns (and at each `yield`), undone since the
 * last commit when it throws. The lock is released at the end in any case.
 *
 * Gives the outcome at once where the code is synchronous, else a promise of it.
 */
export function runWindow<R>(session: Session, code: WindowCode<R>): R | Promise<R> {
  const transaction = new Transaction(session, session.snapshot);
  transaction.waits = code.waits;
  const window: OpenWindow = { session, name: code.name, isOpen: true, outer: currentWindow() };
  let goesOn = false;
  let value: unknown;
  try {
    value = runInWindow(window, code.mayAwait, () => code.call(transaction));
    goesOn = isPromiseLike(value) || isGenerator(value);
    if (!goesOn) {
      const outcome = code.outcome(value);
      session.commit(transaction);
      return outcome;
    }
  } finally {
    if (!goesOn) end(session, transaction, window);
  }
  if (!code.mayAwait) carryAlways();
  session.lock.watchHolder();
  return finish(session, transaction, window, code, value);
}

/** Closes the window and gives the lock back. Must be called once: a second call would take the lock from its next holder. */
function end(session: Session, transaction: Transaction, window: OpenWindow): void {
  window.isOpen = false;
  try {
    transaction.close();
  } finally {
    session.lock.release(session.events.length > 0);
  }
}

async function finish<R>(
  session: Session,
  transaction: Transaction,
  window: OpenWindow,
  code: WindowCode<R>,
  pending: unknown,
): Promise<R> {
  try {
    let value = isPromiseLike(pending) ? await pending : pending;
    if (isGenerator(value)) value = await drive(session, transaction, window, value);
    const outcome = code.outcome(value);
    session.commit(transaction);
    return outcome;
  } finally {
    code.ended?.();
    end(session, transaction, window);
  }
}

/** Runs a generator to its end: each `yield` commits, and lets the page have it. */
async function drive(
  session: Session,
  transaction: Transaction,
  window: OpenWindow,
  generator: AnyGenerator,
): Promise<unknown> {
  for (;;) {
    const step = await runInWindow(window, true, () => generator.next());
    // A synchronous generator may return a promise.
    if (step.done === true) return await step.value;
    try {
      session.commit(transaction);
    } catch (error) {
      // Undone: what the generator's `finally` still does must not write.
      transaction.close();
      await leave(window, generator, error);
      throw error;
    }
    await session.scheduler.flushed(session.subscribers);
  }
}

/** Ends a generator at its `yield` by an error: what it does about it, be it another `yield`, changes nothing. */
async function leave(window: OpenWindow, generator: AnyGenerator, error: unknown): Promise<void> {
  try {
    const step = await runInWindow(window, true, () => generator.throw?.(error));
    if (step?.done === false) await runInWindow(window, true, () => generator.return?.());
  } catch {
    // The error of the commit is the one that counts.
  }
}

/** What a window's callback returned, as committed read-only values where it is state. Call before the window is closed. */
export function committedResult(value: unknown): unknown {
  return typeof value === "object" && value !== null ? committed(value, new Map(), 0) : value;
}

/** `seen` has what became of each object: what is shared is looked at once, and a cycle ends. */
function committed(value: unknown, seen: Map<object, unknown>, depth: number): unknown {
  if (typeof value !== "object" || value === null || depth > 16) return value;
  if (seen.has(value)) return seen.get(value);
  seen.set(value, value);
  const target = viewTarget(value);
  let result: unknown = value;
  if (target !== undefined) result = readonlyView(target.toNode());
  else if (Array.isArray(value)) {
    const items = value.map((item) => committed(item, seen, depth + 1));
    if (items.some((item, index) => item !== value[index])) result = items;
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    let copy: Record<string, unknown> | undefined;
    for (const [key, field] of Object.entries(value)) {
      const settled = committed(field, seen, depth + 1);
      if (settled !== field) (copy ??= { ...value })[key] = settled;
    }
    result = copy ?? value;
  }
  seen.set(value, result);
  return result;
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as PromiseLike<unknown>).then === "function" &&
    viewTarget(value) === undefined
  );
}

function isGenerator(value: unknown): value is AnyGenerator {
  if (typeof value !== "object" || value === null) return false;
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  return tag === "Generator" || tag === "AsyncGenerator";
}
