import type { ServerMessage } from "../../src/wire/messages.ts";
import { updateText } from "../../src/wire/update-text.ts";

/** A server's message as it crosses the wire. */
export function serverText(message: ServerMessage): string {
  if (message.type !== "update") return JSON.stringify(message);
  const { version, states, results = [] } = message;
  return updateText(
    version,
    states,
    results.map((result) => JSON.stringify(result)),
  );
}
