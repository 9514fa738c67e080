import type { Session } from "../sessions/session.ts";
import { DocumentRecord } from "./document-record.ts";

/** How many documents of a session are remembered: a tab has one, and a few that its back/forward cache may bring back. */
const MAX_DOCUMENTS = 8;

/** What each session knows of the documents of its page. A reload is a new document, a reconnect is not. */
export class DocumentRecords {
  readonly #records = new WeakMap<Session, Map<string, DocumentRecord>>();

  /** The document's record, which is now the one that was used last. */
  get(session: Session, documentId: string): DocumentRecord | undefined {
    const records = this.#records.get(session);
    const record = records?.get(documentId);
    if (record === undefined) return undefined;
    records!.delete(documentId);
    records!.set(documentId, record);
    return record;
  }

  /** A record for a document that has none. Of too many, the one that was not used for longest is forgotten. */
  create(session: Session, documentId: string): DocumentRecord {
    let records = this.#records.get(session);
    if (records === undefined) this.#records.set(session, (records = new Map<string, DocumentRecord>()));
    const record = new DocumentRecord();
    records.set(documentId, record);
    if (records.size > MAX_DOCUMENTS) records.delete(records.keys().next().value!);
    return record;
  }

  /** All records of a session. */
  of(session: Session): Iterable<DocumentRecord> {
    return this.#records.get(session)?.values() ?? [];
  }
}
