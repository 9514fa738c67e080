import { randomUUID } from "node:crypto";
import { MeanwhileError, UnauthorizedError } from "../base/errors.ts";
import { diff } from "../delta/diff.ts";
import type { Session } from "../sessions/session.ts";
import { readonlyView } from "../state/readonly-view.ts";
import type { RouterSession } from "../state/router.ts";
import { toValue, type Value } from "../state/values.ts";
import type { AppOptions } from "./app-options.ts";
import type { ErrorReporter } from "./error-reporter.ts";
import type { PeerRequest } from "./peer.ts";

/** Who a page is, as a value and as user code may see it. */
export interface KnownIdentity {
  readonly value: Value;
  readonly view: RouterSession["identity"];
}

/** Finds out who pages are, and whose a session is. */
export class Identities {
  readonly #path: string;
  readonly #options: Pick<AppOptions, "authorize" | "sameIdentity">;
  readonly #errors: ErrorReporter;
  readonly #bySession = new WeakMap<Session, KnownIdentity>();

  constructor(path: string, options: Pick<AppOptions, "authorize" | "sameIdentity">, errors: ErrorReporter) {
    this.#path = path;
    this.#options = options;
    this.#errors = errors;
  }

  /**
   * Who the page of a request is.
   *
   * @throws UnauthorizedError where `authorize` refuses it; a MeanwhileError `AUTHORIZE_FAILED` where that fails otherwise, which is reported.
   */
  async of(request: PeerRequest): Promise<KnownIdentity> {
    const { authorize } = this.#options;
    if (authorize === undefined) return { value: undefined, view: asSeen(undefined) };
    const { headers, clientIp, url = this.#path } = request;
    try {
      const value = toValue(await authorize({ headers, clientIp, url }), "the identity that authorize gave");
      return { value, view: asSeen(readonlyView(value)) };
    } catch (error) {
      if (error instanceof UnauthorizedError) throw error;
      const id = randomUUID();
      this.#errors.report(error, { kind: "connection", name: "authorize", id }, "authorize failed");
      throw new MeanwhileError("AUTHORIZE_FAILED", `Who this page is could not be found out (error id ${id}).`);
    }
  }

  /** The session is this identity's from now on. */
  assign(session: Session, known: KnownIdentity): void {
    this.#bySession.set(session, known);
  }

  /** Who a session is of; undefined before it has had a page. */
  get(session: Session): RouterSession["identity"] {
    return this.#bySession.get(session)?.view;
  }

  /** Whether a session is of this identity. */
  isSame(session: Session, known: KnownIdentity): boolean {
    const before = this.#bySession.get(session);
    if (before === undefined) return false;
    const { sameIdentity } = this.#options;
    return sameIdentity === undefined
      ? diff(before.value, known.value) === undefined
      : sameIdentity(before.view, known.view);
  }
}

/** The one place that takes a value for what the app has declared in `Register`: a cast, in words that hold whether or not it has declared anything. */
function asSeen<Seen extends RouterSession["identity"]>(view: unknown): Seen {
  return view as Seen;
}
