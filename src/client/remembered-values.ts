import { MAX_DEPTH } from "../data/max-depth.ts";
import { encodePlain } from "../wire/encode.ts";
import { type FullUpdate, PROTOCOL_VERSION } from "../wire/messages.ts";
import { asFullUpdates } from "../wire/parse-server-message.ts";
import { parseFrame } from "../wire/shape.ts";
import type { Values } from "./client.ts";
import type { TabStorage } from "./tab-storage.ts";

/** The most that is kept, in UTF-16 units: a fifth of what browsers allow. States that don't fit are left out. */
const MAX_LENGTH = 1_000_000;

/** Values are encoded as the protocol has it, so those of another version are not looked at. */
const ITEM = `values${PROTOCOL_VERSION}`;

/** Keeps the last known values for the tab's next document. */
export function rememberValues(storage: TabStorage, states: Iterable<readonly [string, FullUpdate]>): void {
  let text = "";
  for (const [name, update] of states) {
    const entry = `${text && ","}${JSON.stringify(name)}:${JSON.stringify(update)}`;
    if (text.length + entry.length <= MAX_LENGTH) text += entry;
  }
  storage.set(ITEM, text ? `{${text}}` : undefined);
}

/** Values as `rememberValues` takes them. */
export function encodeValues(values: Values, events: ReadonlySet<string>): FullUpdate {
  const full = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, encodePlain(value, MAX_DEPTH)]));
  return { full, events: [...events] };
}

/** Takes what the tab's document before has kept, which is then kept no longer. */
export function recallValues(storage: TabStorage): Readonly<Record<string, FullUpdate>> {
  const text = storage.get(ITEM);
  storage.set(ITEM, undefined);
  try {
    return text === undefined ? {} : asFullUpdates(parseFrame(text));
  } catch {
    return {}; // the app's own code can write there too; without the values the page waits for the first snapshot
  }
}
