import { randomBytes } from "node:crypto";
import type { Clock, Timer } from "../base/clock.ts";
import { Presence, type Leaving, type PresenceOptions } from "./presence.ts";
import type { Session } from "./session.ts";

/** What the registry needs of the app. */
export interface SessionRegistryParts {
  readonly clock: Clock;
  readonly presence: PresenceOptions;
  /** How long a session is kept after its page is gone and its last task has ended, in ms. */
  readonly sessionTtlMs: number;
  /** Makes a session for a new token. */
  makeSession(token: string): Session;
  /** Whether tasks of the session run, which keep it. */
  isBusy(session: Session): boolean;
  /** The session's page is gone. */
  onGone(session: Session, how: Leaving): void;
}

/**
 * All sessions of the app, by client token.
 *
 * A session's life: made at its page's first connection → kept while its page is there or a task runs → idle for `sessionTtlMs` → expired.
 */
export class SessionRegistry {
  /** Live: what `app.eventNamespace.tokenToSid` shows. */
  readonly tokenToSid = new Map<string, string>();
  readonly #sessions = new Map<string, Session>();
  readonly #expiry = new Map<Session, Timer>();
  readonly #parts: SessionRegistryParts;

  constructor(parts: SessionRegistryParts) {
    this.#parts = parts;
  }

  /** A new session under a token that nobody can guess: 192 bits. */
  create(): Session {
    const token = randomBytes(24).toString("base64url");
    const session = this.#parts.makeSession(token);
    session.presence = new Presence(token, this.tokenToSid, this.#parts.clock, this.#parts.presence, (how) => {
      this.#parts.onGone(session, how);
      this.considerExpiry(session);
    });
    this.#sessions.set(token, session);
    this.considerExpiry(session);
    return session;
  }

  get(token: string): Session | undefined {
    return this.#sessions.get(token);
  }

  [Symbol.iterator](): IterableIterator<Session> {
    return this.#sessions.values();
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Call when something that kept the session may have ended, or begun. */
  considerExpiry(session: Session): void {
    this.#expiry.get(session)?.cancel();
    this.#expiry.delete(session);
    if (this.#isKept(session) || this.#sessions.get(session.token) !== session) return;
    this.#expiry.set(
      session,
      this.#parts.clock.setTimer(this.#parts.sessionTtlMs, () => {
        this.#expiry.delete(session);
        if (this.#isKept(session)) return;
        if (session.events.isIdle) this.#forget(session);
        else this.considerExpiry(session);
      }),
    );
  }

  /** Forgets all sessions: the app ends. */
  dispose(): void {
    for (const session of this.#sessions.values()) this.#forget(session);
  }

  #isKept(session: Session): boolean {
    return session.presence.isPresent || session.subscribers.size > 0 || this.#parts.isBusy(session);
  }

  #forget(session: Session): void {
    this.#expiry.get(session)?.cancel();
    this.#expiry.delete(session);
    this.#sessions.delete(session.token);
    session.presence.dispose();
  }
}
