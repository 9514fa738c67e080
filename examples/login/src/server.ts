import { App } from "meanwhile/server";
import { userOf } from "./logins";
import { NotesState } from "./notes.state";

export const app = new App({
  states: [NotesState],
  authorize: ({ headers }) => userOf(headers["cookie"]), // asked whenever a page connects
});
