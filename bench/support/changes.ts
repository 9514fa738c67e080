import type { OpenClient } from "./clients.ts";
import { meanwhileClient } from "./clients.ts";
import { RawPage } from "./raw-page.ts";
import type { ServerProcess } from "./server-process.ts";
import { measureThroughput, type Throughput } from "./throughput.ts";

/** A kind of change: an event `add` of a state that holds `fill` items. */
export interface Change {
  readonly name: string;
  readonly state: string;
  readonly fill: number;
}

/** The change that the others are compared with. */
export const COUNTER: Change = { name: "counter", state: "CounterState", fill: 0 };

/** Rounds of each change's throughput, the counter's first, interleaved. */
export async function measureChanges(
  server: ServerProcess,
  changes: readonly Change[],
  { rounds, ms, clients }: { readonly rounds: number; readonly ms: number; readonly clients: number },
): Promise<readonly Readonly<Record<string, Throughput>>[]> {
  const all = [COUNTER, ...changes].map((change) => ({ change, open: opener(change) }));
  const results: Record<string, Throughput>[] = [];
  // The first round only warms up.
  for (let round = 0; round <= rounds; round += 1) {
    const result: Record<string, Throughput> = {};
    for (const { change, open } of all)
      result[change.name] = await measureThroughput({ server, open }, { clients, ms, warmUpMs: ms / 4 });
    if (round > 0) results.push(result);
  }
  return results;
}

function opener({ state, fill }: Change): OpenClient {
  return meanwhileClient(state, fill);
}

/** One update on the wire. */
export interface UpdateText {
  readonly text: string;
  /** With the frame around it. */
  readonly bytes: number;
}

/** The update that one change leads to: by a task, where nothing else is in it; or by an event, with the call's result. */
export async function oneUpdate(port: number, { state, fill }: Change, by: "task" | "event"): Promise<UpdateText> {
  const page = await RawPage.open(port, [state]);
  if (fill > 0) await page.call(state, "fill", [fill]);
  const update = await new Promise<UpdateText>((resolve) => {
    page.onUpdate = (payload) => {
      const text = payload.toString();
      const header = payload.length < 126 ? 2 : 4;
      if (text.includes(`"${state}"`)) resolve({ text, bytes: payload.length + header });
    };
    page.send(state, by === "task" ? "addLater" : "add");
  });
  page.close();
  return update;
}
