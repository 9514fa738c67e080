import { ImmutableStateError } from "../base/errors.ts";
import { mayAwait } from "../sessions/may-await.ts";
import type { OpenWindow } from "../sessions/open-window.ts";
import type { Session } from "../sessions/session.ts";
import { committedResult, runWindow } from "../sessions/window.ts";
import type { StateClass } from "../state/state-context.ts";

const HOLDER = { name: "app.modifyState" };

/** A lock window for code outside any handler. `nested` is the open window of the session that the caller runs in, if any. */
export async function modifySession(
  session: Session,
  nested: OpenWindow | undefined,
  state: StateClass,
  change: (self: object) => unknown,
): Promise<unknown> {
  if (nested !== undefined) {
    throw new ImmutableStateError(
      `app.modifyState was called while ${nested.name} holds that session's lock in the same flow: it would wait for itself for ever. Write through self, or use getState(Other).`,
    );
  }
  const definition = session.definitionOf(state);
  if (!session.lock.tryAcquire("window", HOLDER)) await session.lock.acquire("window", HOLDER);
  return runWindow<unknown>(session, {
    name: HOLDER.name,
    mayAwait: mayAwait(change, definition),
    call: (transaction) => change(transaction.self(definition)),
    outcome: committedResult,
  });
}
