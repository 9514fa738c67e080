import { useServerState } from "meanwhile/react";
import { NotesState } from "./notes.state";

/** The notes of whoever is logged in. */
export function Notes() {
  const { notes, seconds, lastVisit, add, remind } = useServerState(NotesState);

  return (
    <>
      <h1>Notes</h1>
      <p className="visit">
        Here for {seconds} s{lastVisit !== undefined && `; the last visit: ${lastVisit}`}
      </p>
      <ul>
        {notes.map((note, index) => (
          <li key={index}>{note}</li>
        ))}
      </ul>
      <form action={(form: FormData) => void add(form)}>
        <label>
          Note <input name="note" autoComplete="off" maxLength={280} required />
        </label>
        <button className="primary">Add</button>
        <button formAction={(form: FormData) => void remind(form)}>Remind me</button>
      </form>
    </>
  );
}
