import { RawPage, type RawUpdate } from "./raw-page.ts";
import type { ServerProcess } from "./server-process.ts";

/** What a stream of tokens into one string cost. */
export interface Streaming {
  /** From the first commit to the page having the last, in ms. */
  readonly tookMs: number;
  readonly serverMs: number;
  /** Of the line, as a multiple of the text's. */
  readonly bytesShare: number;
  readonly updates: number;
  /** From each token's commit to the page having it, in ms. */
  readonly delays: readonly number[];
}

const TOKEN = "abcd ".length;

/** Streams so many tokens into an empty text, each a commit; `turns`: whether the event loop turns between two. */
export async function measureStreaming(server: ServerProcess, tokens: number, turns: boolean): Promise<Streaming> {
  const page = await RawPage.open(server.port, ["TextState"]);
  const arrivals: { readonly at: number; readonly length: number }[] = [];
  let length = 0;
  let bytesBefore = 0;
  const cpuBefore = await server.cpuMs();
  await new Promise<void>((resolve, reject) => {
    page.onUpdate = (payload) => {
      const { states } = JSON.parse(payload.toString()) as RawUpdate;
      const patch = (states?.["TextState"] as Record<string, unknown[]> | undefined)?.["text"];
      if (patch === undefined) {
        bytesBefore = page.socket.received;
        return;
      }
      const [kind, kept, added] = patch;
      // A short text comes as a whole, [0, text]; what is appended as [5, keptFromTheStart, new].
      if (kind === 5 && kept !== length)
        return reject(new Error(`The page has ${length} characters, the patch goes on from ${String(kept)}.`));
      length = kind === 5 ? length + (added as string).length : (kept as string).length;
      arrivals.push({ at: Number(process.hrtime.bigint()) / 1e6, length });
      if (length === tokens * TOKEN) resolve();
    };
    void page.call("TextState", "stream", [tokens, turns]);
  });
  const { committedAt } = await server.ask<{ committedAt: readonly number[] }>("streamed");
  const serverMs = (await server.cpuMs()) - cpuBefore;
  const bytes = page.socket.received - bytesBefore;
  page.close();
  let next = 0;
  const delays = committedAt.map((at, token) => {
    while (arrivals[next]!.length < (token + 1) * TOKEN) next += 1;
    return arrivals[next]!.at - at;
  });
  const tookMs = arrivals.at(-1)!.at - committedAt[0]!;
  return { tookMs, serverMs, bytesShare: bytes / (tokens * TOKEN), updates: arrivals.length, delays };
}
