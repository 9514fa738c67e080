import { useClient, useConnection, useServerState } from "meanwhile/react";
import { useEffect } from "react";
import { LoginForm } from "./LoginForm";
import { Notes } from "./Notes";
import { NotesState } from "./notes.state";
import { followOtherTabs, post } from "./post";

export default function App() {
  const client = useClient();
  const { status, session } = useConnection();
  const { user } = useServerState(NotesState);
  useEffect(() => followOtherTabs(client), [client]);

  return (
    <>
      <header data-status={status}>
        <p className="brand">meanwhile</p>
        {user !== undefined && (
          <p>
            <span id="user">{user}</span> <button onClick={() => post(client, "/logout")}>Log out</button>
          </p>
        )}
      </header>
      {/* The HTML is made for everybody. Who this is, is known with the first connection, and after a reload. */}
      <main>{user !== undefined ? <Notes /> : session !== undefined && <LoginForm />}</main>
    </>
  );
}
