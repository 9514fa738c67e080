import { randomUUID } from "node:crypto";
import type { Session } from "../sessions/session.ts";
import { readonlyState } from "../state/snapshot-view.ts";
import type { AppOptions, ExpiringSession } from "./app-options.ts";
import type { ErrorReporter } from "./error-reporter.ts";

/** Shows a session to the app's `onExpire`, a last time. What that throws, or rejects with, is reported. */
export function tellExpired(
  session: Session,
  identity: ExpiringSession["identity"],
  onExpire: AppOptions["onExpire"],
  errors: ErrorReporter,
): void {
  if (onExpire === undefined) return;
  const failed = (error: unknown): void =>
    errors.report(error, { kind: "session", name: "onExpire", id: randomUUID() }, "onExpire failed");
  const reader = session.reader();
  const expiring: ExpiringSession = {
    clientToken: session.token,
    identity,
    getState: (state) => readonlyState(session.definitionOf(state), reader) as never,
  };
  try {
    Promise.resolve(onExpire(expiring)).catch(failed);
  } catch (error) {
    failed(error);
  }
}
