/**
 * A secret that tests put into `_vars`. It must never be seen outside the server: not in a frame, a page, an error or a log.
 * Letters and digits only, so that no encoding of text changes it.
 */
export const CANARY = "canary7Qx2vN9kTz4LmWp8RbYc3HsJd6GfEa1U";

/** Where a text went that left the server. */
export type OutboundKind = "frame" | "html" | "response" | "log" | "error";

interface Sighting {
  readonly kind: OutboundKind;
  readonly excerpt: string;
}

const sightings: Sighting[] = [];

/**
 * Looks at a text that leaves the server, and remembers it if the canary is in it. Texts themselves are not kept, so that a
 * suite may record everything.
 */
export function recordOutbound(kind: OutboundKind, text: string): void {
  const at = text.indexOf(CANARY);
  if (at < 0) return;
  const excerpt = text.slice(Math.max(0, at - 80), at + CANARY.length + 40);
  sightings.push({ kind, excerpt: excerpt.replaceAll(CANARY, "<canary>") });
}

/**
 * Throws if the canary was seen since the last call. The setup of every test file calls it at the end; a test that wants to
 * know earlier calls it itself.
 */
export function assertClean(): void {
  const seen = sightings.splice(0);
  if (seen.length === 0) return;
  const list = seen.map(({ kind, excerpt }) => `  ${kind}: ${excerpt}`).join("\n");
  throw new Error(`A backend-only value left the server:\n${list}`);
}
