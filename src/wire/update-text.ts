import type { StateUpdate } from "./messages.ts";

/**
 * An update as it crosses the wire: the message that is sent most, so its words are few. It has no `type`, and a state is `[values, events]` in full or `{ var: patch }`.
 *
 * @param results the JSON texts of call results.
 */
export function updateText(
  version: number,
  states: Readonly<Record<string, StateUpdate>> | undefined,
  results: readonly string[],
): string {
  let text = `{"version":${version}`;
  if (states !== undefined) {
    let separator = ',"states":{';
    for (const name in states) {
      const update = states[name]!;
      text += `${separator}${JSON.stringify(name)}:${JSON.stringify("full" in update ? [update.full, update.events] : update.patch)}`;
      separator = ",";
    }
    text += separator === "," ? "}" : `${separator}}`;
  }
  if (results.length > 0) text += `,"results":[${results.join(",")}]`;
  return `${text}}`;
}
