import { randomBytes } from "node:crypto";
import type { User } from "./user";

const LASTS_SECONDS = 8 * 60 * 60;

/** By the random id in the cookie, oldest first. Yours may be a table; then a restart logs nobody out. */
const logins = new Map<string, { readonly user: User; readonly endsAt: number }>();

/** Gives the `Set-Cookie` of a new login. */
export function startLogin(user: User): string {
  for (const [id, { endsAt }] of logins) if (endsAt <= Date.now()) logins.delete(id);
  const id = randomBytes(24).toString("base64url");
  logins.set(id, { user, endsAt: Date.now() + LASTS_SECONDS * 1000 });
  return cookie(id, LASTS_SECONDS);
}

/** Ends the login of a request's cookies, if there is one, and gives the `Set-Cookie` that takes it away. */
export function endLogin(cookies: string | undefined): string {
  logins.delete(loginId(cookies));
  return cookie("", 0);
}

/** Whose cookies these are. */
export function userOf(cookies: string | undefined): User | undefined {
  const login = logins.get(loginId(cookies));
  return login !== undefined && login.endsAt > Date.now() ? login.user : undefined;
}

function loginId(cookies = ""): string {
  return /(?:^|;\s*)login=([^;]*)/.exec(cookies)?.[1] ?? "";
}

/** No script can read it, and no other site's form or request brings it along. */
function cookie(value: string, seconds: number): string {
  const secure = import.meta.env.PROD ? "; Secure" : "";
  return `login=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;
}
