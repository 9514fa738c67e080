import type { Session } from "../sessions/session.ts";

/** How many documents of a session are remembered: a tab has one, and a few that it had before. */
const MAX_DOCUMENTS = 8;

/** Which documents have begun to use which states, so that onLoad handlers run once for each: a reload is a new document, a reconnect is not. */
export class DocumentLoads {
  readonly #loads = new WeakMap<Session, Map<string, Set<string>>>();

  /** Whether this is the first time that the document uses the state; it is noted. */
  isFirst(session: Session, documentId: string, stateName: string): boolean {
    let documents = this.#loads.get(session);
    if (documents === undefined) this.#loads.set(session, (documents = new Map<string, Set<string>>()));
    let states = documents.get(documentId);
    if (states === undefined) {
      documents.set(documentId, (states = new Set()));
      if (documents.size > MAX_DOCUMENTS) documents.delete(documents.keys().next().value!);
    }
    if (states.has(stateName)) return false;
    states.add(stateName);
    return true;
  }
}
