/** What the app keeps of each user, longer than any session. Yours is a database. */
interface Notebook {
  readonly notes: readonly string[];
  /** How the last visit ended, once there was one. */
  readonly lastVisit: string | undefined;
}

const notebooks = new Map<string, Notebook>();

export function notebookOf(userId: string): Notebook {
  return notebooks.get(userId) ?? { notes: [], lastVisit: undefined };
}

export function changeNotebook(userId: string, change: Partial<Notebook>): Notebook {
  const notebook = { ...notebookOf(userId), ...change };
  notebooks.set(userId, notebook);
  return notebook;
}
