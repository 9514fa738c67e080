import { event, PublicError, State, TaskCancelledError, type Background } from "meanwhile";
import { z } from "zod";
import { changeNotebook, notebookOf } from "./notebooks";

const FORM = z.object({ note: z.string().trim().min(1).max(280) });

/** The notes of whoever is logged in. A page that becomes somebody else gets a fresh session: a new one of these. */
export class NotesState extends State {
  notes: readonly string[] = [];
  lastVisit?: string = undefined;
  seconds = 0;
  _isVisiting = false;

  /** The identity stays on the server; this is what the page may know of it. */
  get user() {
    return this.router.session.identity?.name;
  }

  @event({ onLoad: true }) opened() {
    const user = this.router.session.identity;
    if (user === undefined) return;
    const { notes, lastVisit } = notebookOf(user.id);
    this.notes = notes;
    this.lastVisit = lastVisit;
    this.trigger(NotesState).visit();
  }

  @event({ args: [FORM] }) add({ note }: { note: string }) {
    this._write(this._user().id, note);
  }

  /** Counts the seconds of a visit, and ends with it: at logout, or when the page has gone. */
  @event({ background: true, onDisconnect: "cancel" })
  async visit(this: Background<NotesState>) {
    const user = this.router.session.identity;
    const isFirst = await this.lock((self) => !self._isVisiting && (self._isVisiting = true));
    if (user === undefined || !isFirst) return; // pages can start tasks too
    try {
      for (;;) {
        await this.task.sleep(1_000);
        await this.lock((self) => void (self.seconds += 1));
      }
    } catch (error) {
      if (!(error instanceof TaskCancelledError)) throw error;
      changeNotebook(user.id, { lastVisit: `${this.seconds} s (${error.reason})` });
    } finally {
      await this.lock((self) => void (self._isVisiting = false));
    }
  }

  /** Goes on after a logout, as the user that it was started by. */
  @event({ background: true, args: [FORM] })
  async remind(this: Background<NotesState>, { note }: { note: string }) {
    const user = this.router.session.identity;
    if (user === undefined) return;
    await this.task.sleep(4_000);
    await this.lock((self) => self._write(user.id, `Reminder: ${note}`));
  }

  _write(userId: string, note: string) {
    const { notes } = changeNotebook(userId, { notes: [...notebookOf(userId).notes, note] });
    this.notes = notes;
  }

  _user() {
    const { identity } = this.router.session;
    if (identity === undefined) throw new PublicError("Log in first.", { code: "LOG_IN" });
    return identity;
  }
}
