import { createHash, randomBytes } from "node:crypto";
import type { Clock, Timer } from "../base/clock.ts";
import { LimitError } from "../base/errors.ts";
import { Presence, type Leaving, type PresenceOptions } from "./presence.ts";
import type { Session } from "./session.ts";

/** What the registry needs of the app. */
export interface SessionRegistryParts {
  readonly clock: Clock;
  readonly presence: PresenceOptions;
  /** How long a session is kept after its page is gone and its last task has ended, in ms. */
  readonly sessionTtlMs: number;
  /** How long tasks may keep a session whose page is gone, in ms; undefined: for ever. */
  readonly maxUnattendedMs: number | undefined;
  /** How many sessions there may be. */
  readonly maxSessions: number;
  /** Makes a session for a new token. */
  makeSession(token: string): Session;
  /** Whether tasks of the session run, which keep it. */
  isBusy(session: Session): boolean;
  /** The session's page is gone. */
  onGone(session: Session, how: Leaving): void;
  /** The session's tasks have run for `maxUnattendedMs` without a page. */
  onUnattended(session: Session): void;
  /** The session has expired: it can be read a last time, and nobody finds it any more. */
  onExpire(session: Session): void;
}

/**
 * All sessions of the app, by client token.
 *
 * A session's life: made at its page's first connection → kept while its page is there or a task runs → idle for `sessionTtlMs` → expired.
 */
export class SessionRegistry {
  /** Live: what `app.eventNamespace.tokenToSid` shows. */
  readonly tokenToSid = new Map<string, string>();
  /** By a digest of the token, so that how long a lookup takes says nothing about tokens that are close. */
  readonly #sessions = new Map<string, Session>();
  readonly #forgotten = new WeakSet<Session>();
  readonly #expiry = new Map<Session, Timer>();
  readonly #unattended = new Map<Session, Timer>();
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
      this.#watchUnattended(session);
    });
    this.#sessions.set(digest(token), session);
    this.considerExpiry(session);
    return session;
  }

  /** @throws LimitError `TOO_MANY_SESSIONS` where no further session may be made. */
  assertRoom(): void {
    if (this.#sessions.size < this.#parts.maxSessions) return;
    throw new LimitError("TOO_MANY_SESSIONS", "The server has as many sessions as it may have. Try again later.");
  }

  get(token: string): Session | undefined {
    return this.#sessions.get(digest(token));
  }

  [Symbol.iterator](): IterableIterator<Session> {
    return this.#sessions.values();
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Call when something that kept the session may have ended, or begun. */
  considerExpiry(session: Session): void {
    this.#stop(this.#expiry, session);
    if (this.#isKept(session) || this.#forgotten.has(session)) return;
    const expire = (): void => {
      this.#expiry.delete(session);
      if (this.#isKept(session)) return;
      if (session.events.isIdle && session.lock.isIdle) {
        this.#forget(session);
        this.#parts.onExpire(session);
      } else this.considerExpiry(session);
    };
    this.#expiry.set(session, this.#parts.clock.setTimer(this.#parts.sessionTtlMs, expire));
  }

  /** Forgets all sessions: the app ends. */
  dispose(): void {
    for (const session of this.#sessions.values()) this.#forget(session);
  }

  /** The page is gone: its tasks may run for `maxUnattendedMs` from now on, those that begin later no longer than the others. */
  #watchUnattended(session: Session): void {
    const { maxUnattendedMs, clock, isBusy, onUnattended } = this.#parts;
    this.#stop(this.#unattended, session);
    if (maxUnattendedMs === undefined) return;
    const end = (): void => {
      this.#unattended.delete(session);
      if (session.presence.isPresent) return;
      if (isBusy(session)) onUnattended(session);
      this.#watchUnattended(session);
    };
    this.#unattended.set(session, clock.setTimer(maxUnattendedMs, end));
  }

  #isKept(session: Session): boolean {
    return session.presence.isPresent || session.subscribers.size > 0 || this.#parts.isBusy(session);
  }

  #forget(session: Session): void {
    this.#stop(this.#expiry, session);
    this.#stop(this.#unattended, session);
    this.#forgotten.add(session);
    this.#sessions.delete(digest(session.token));
    session.presence.dispose();
  }

  #stop(timers: Map<Session, Timer>, session: Session): void {
    timers.get(session)?.cancel();
    timers.delete(session);
  }
}

function digest(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}
