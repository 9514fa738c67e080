/** Row 7: does the delta of a rolling log (one line in, one out) depend on how many lines are kept? */
import { COUNTER, measureChanges, oneUpdate, type Change, type UpdateText } from "./support/changes.ts";
import { pinDriver } from "./support/cores.ts";
import { costRows } from "./support/cost-rows.ts";
import { LIMITS_NOTE, ROUNDS_NOTE } from "./support/notes.ts";
import { report } from "./support/report.ts";
import { ServerProcess } from "./support/server-process.ts";
import { sized } from "./support/settings.ts";

/** The digits of a longer list's length are part of its delta; nothing else may be. */
const MAX_DIGITS = 8;

pinDriver();
const logs = [10, 1_000, 100_000].map((fill): Change => ({
  name: `a log of ${fill.toLocaleString("en-US")} lines`,
  state: "LogState",
  fill,
}));
const line = "2026-01-01T00:00:00Z INFO request 001000 took 12 ms".length;

await using server = await ServerProcess.start("states", ["--expose-gc"]);
const updates: UpdateText[] = [];
for (const log of logs) updates.push(await oneUpdate(server.port, log, "task"));
const rounds = await measureChanges(server, logs.slice(1, 2), {
  rounds: sized(7, 1),
  ms: sized(1_500, 300),
  clients: 50,
});

const extra = updates[2]!.bytes - updates[0]!.bytes;
report({
  name: "log",
  title: "7. A rolling log of the last 1,000 lines",
  rows: [
    ...logs.map(({ name }, at) => ({
      what: `${name}: bytes of a delta beside the line's own`,
      figure: `${updates[at]!.bytes - line}`,
    })),
    {
      what: "bytes more of a delta at 100,000 lines than at 10",
      figure: `${extra}`,
      target: `independent of the length (its digits: at most ${MAX_DIGITS})`,
      isMet: extra <= MAX_DIGITS,
    },
    ...costRows(rounds, COUNTER, logs[1]!, Number.POSITIVE_INFINITY).map(({ what, figure }) => ({ what, figure })),
  ],
  notes: [`A task's update: \`${updates[1]!.text}\``, ROUNDS_NOTE, LIMITS_NOTE],
});
