import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { authenticate } from "./accounts";
import { endLogin, startLogin } from "./logins";

const MAX_BYTES = 4_096;

/** `POST /login`, with the fields `name` and `password`, and `POST /logout`; everything else is left to `next`. */
export function routes(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  const { method, url } = request;
  if (method !== "POST" || (url !== "/login" && url !== "/logout")) return next();
  // Other sites must not log anybody in or out; browsers say where a POST comes from.
  if (!isSameOrigin(request)) return answer(response, 403);
  if (url === "/logout") return answer(response, 204, endLogin(request.headers.cookie));
  logIn(request, response).catch((error: unknown) => {
    console.error(error);
    answer(response, 500);
  });
}

async function logIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { headers } = request;
  if (!(Number(headers["content-length"]) <= MAX_BYTES)) return answer(response, 413);
  const form = new URLSearchParams(await text(request));
  const user = await authenticate(form.get("name") ?? "", form.get("password") ?? "");
  if (user === undefined) return answer(response, 401);
  endLogin(headers.cookie); // the browser's login before, if there was one
  answer(response, 204, startLogin(user));
}

function isSameOrigin({ headers: { origin, host } }: IncomingMessage): boolean {
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}

function answer(response: ServerResponse, status: number, cookie?: string): void {
  response.writeHead(status, {
    "Cache-Control": "no-store",
    ...(cookie === undefined ? {} : { "Set-Cookie": cookie }),
  });
  response.end();
}
