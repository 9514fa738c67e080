/** Row 6: a text that grows token by token, a commit each, as the answer of an AI does. */
import { pinDriver } from "./support/cores.ts";
import { LIMITS_NOTE, ROUNDS_NOTE } from "./support/notes.ts";
import { report, type Row } from "./support/report.ts";
import { ServerProcess } from "./support/server-process.ts";
import { sized } from "./support/settings.ts";
import { median, percentile, ratios, spread, withSpread } from "./support/statistics.ts";
import { measureStreaming, type Streaming } from "./support/streaming.ts";

/** One frame of a display. */
const FRAME_MS = 16;

pinDriver();
const tokens = sized(20_000, 5_000);
const rows: Row[] = [];
{
  await using server = await ServerProcess.start("states");
  for (const turns of [true, false]) {
    const rounds: { once: Streaming; twice: Streaming }[] = [];
    // The first round only warms up.
    for (let round = 0; round <= sized(9, 2); round += 1) {
      const once = await measureStreaming(server, tokens, turns);
      const twice = await measureStreaming(server, tokens * 2, turns);
      if (round > 0) rounds.push({ once, twice });
    }
    rows.push(...rowsOf(rounds, turns ? "a turn of the event loop between tokens" : "tokens in a tight loop"));
  }
}

function rowsOf(rounds: readonly { readonly once: Streaming; readonly twice: Streaming }[], how: string): Row[] {
  const delay = spread(rounds.map(({ once }) => percentile(once.delays, 0.99)));
  const bytes = spread(rounds.map(({ once }) => once.bytesShare));
  const time = ratios(rounds, ({ once, twice }) => twice.tookMs / once.tookMs);
  const cpu = ratios(rounds, ({ once, twice }) => twice.serverMs / once.serverMs);
  return [
    {
      what: `${how}: from a token's commit to the page having it, 99 of 100 within`,
      figure: withSpread(delay, " ms"),
      target: `at most ${FRAME_MS} ms`,
      isMet: delay.median <= FRAME_MS,
    },
    {
      what: `${how}: the same, the last one`,
      figure: withSpread(spread(rounds.map(({ once }) => Math.max(...once.delays))), " ms"),
    },
    {
      what: `${how}: bytes, as a multiple of the text's`,
      figure: withSpread(bytes),
      target: "at most 2",
      isMet: bytes.median <= 2,
    },
    {
      what: `${how}: time of twice as many tokens, as a multiple`,
      figure: withSpread(time),
      target: "at most 2.3",
      isMet: time.median <= 2.3,
    },
    { what: `${how}: the same by the server's CPU time`, figure: withSpread(cpu) },
    {
      what: `${how}: time in all; updates`,
      figure: `${withSpread(spread(rounds.map(({ once }) => once.tookMs)), " ms")}; ${median(rounds.map(({ once }) => once.updates))}`,
    },
  ];
}

report({
  name: "stream",
  title: `6. Streaming ${tokens.toLocaleString("en-US")} tokens of 5 characters into one string`,
  rows,
  notes: [
    "Both processes read the same monotonic clock. Each patch is checked to go on where the last one ended.",
    ROUNDS_NOTE,
    LIMITS_NOTE,
  ],
});
