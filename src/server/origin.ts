import type { IncomingMessage } from "node:http";

/**
 * Whether a page may connect: one of the same host, or of a listed origin. A request without an origin is no browser's, and no browser can be
 * made to send one for another page.
 */
export function isOriginAllowed(request: IncomingMessage, allowed: readonly string[] | "*"): boolean {
  const { origin } = request.headers;
  if (origin === undefined || allowed === "*" || allowed.includes(origin)) return true;
  try {
    return new URL(origin).host === request.headers.host;
  } catch {
    return false;
  }
}
