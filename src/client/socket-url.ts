import { ClientSetupError } from "../base/errors.ts";

/** The socket's address: `url` against the page's own address, with `path` where it has none. */
export function socketUrl(url: string | undefined, path: string): string {
  const base = typeof location === "undefined" ? undefined : location.href;
  if (url === undefined && base === undefined) {
    throw new ClientSetupError(
      'Outside a browser a client needs the server\'s address: connect({ url: "ws://localhost:3000" }).',
    );
  }
  const address = new URL(url ?? path, base);
  if (address.pathname === "/") address.pathname = path;
  address.protocol = address.protocol.replace("http", "ws");
  address.hash = "";
  return address.href;
}
