import { DATA_BLOCK_ID, type PageData } from "../wire/messages.ts";
import { asFullUpdates } from "../wire/parse-server-message.ts";
import { parseFrame } from "../wire/shape.ts";

/**
 * What the HTML's data block says; undefined where there is none.
 *
 * @throws ProtocolError if it is not what a server writes.
 */
export function readPageData(): PageData | undefined {
  const text = typeof document === "undefined" ? undefined : document.getElementById(DATA_BLOCK_ID)?.textContent;
  if (!text) return undefined;
  const { path, states } = parseFrame(text);
  return { path: String(path), states: asFullUpdates(states) };
}
