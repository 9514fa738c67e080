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
  const window: OpenWindow = { session, name: code.name, isOpen: true, outer: currentWindow() };
  const end = (): void => {
    window.isOpen = false;
    transaction.close();
    session.lock.release();
  };
  let value: unknown;
  try {
    value = runInWindow(window, code.mayAwait, () => code.call(transaction));
    if (!isPromiseLike(value) && !isGenerator(value)) {
      const outcome = code.outcome(value);
      session.commit(transaction);
      end();
      return outcome;
    }
  } catch (error) {
    end();
    throw error;
  }
  if (!code.mayAwait) carryAlways();
  session.lock.watchHolder();
  return finish(session, transaction, window, code, value, end);
}

async function finish<R>(
  session: Session,
  transaction: Transaction,
  window: OpenWindow,
  code: WindowCode<R>,
  pending: unknown,
  end: () => void,
): Promise<R> {
  try {
    let value = isPromiseLike(pending) ? await pending : pending;
    if (isGenerator(value)) value = await drive(session, transaction, window, value);
    const outcome = code.outcome(value);
    session.commit(transaction);
    return outcome;
  } finally {
    end();
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
    if (step.done === true) return step.value;
    try {
      session.commit(transaction);
    } catch (error) {
      // Undone: what the generator's `finally` still does must not write.
      transaction.close();
      await runInWindow(window, true, async () => generator.throw?.(error)).catch(() => {});
      throw error;
    }
    await session.scheduler.flushed(session.subscribers);
  }
}

/** What a window's callback returned, as committed read-only values where it is state. Call before the window is closed. */
export function committedResult(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null || depth > 16) return value;
  const target = viewTarget(value);
  if (target !== undefined) return readonlyView(target.toNode());
  if (Array.isArray(value)) {
    const items = value.map((item) => committedResult(item, depth + 1));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  let copy: Record<string, unknown> | undefined;
  for (const [key, field] of Object.entries(value)) {
    const settled = committedResult(field, depth + 1);
    if (settled !== field) (copy ??= { ...value })[key] = settled;
  }
  return copy ?? value;
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
