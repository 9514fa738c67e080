import { useClient } from "meanwhile/react";
import { useActionState } from "react";
import { post } from "./post";

/** An ordinary login form, posted by `fetch` so that the page stays. */
export function LoginForm() {
  const client = useClient();
  const [problem, logIn, isPending] = useActionState(async (_before: string | undefined, form: FormData) => {
    const status = await post(client, "/login", form);
    if (status === 401) return "Name and password don't fit together.";
    return status === 204 ? undefined : `The server answered ${status}.`;
  }, undefined);

  return (
    <form action={logIn}>
      <h1>Log in</h1>
      <label>
        Name <input name="name" autoComplete="username" required />
      </label>
      <label>
        Password <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <button className="primary" disabled={isPending}>
        Log in
      </button>
      {problem !== undefined && <p role="alert">{problem}</p>}
    </form>
  );
}
