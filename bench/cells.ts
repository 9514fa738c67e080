/** Row 5: what does one cell of a table cost, and one entry of a Map? */
import { COUNTER, measureChanges, oneUpdate, type Change } from "./support/changes.ts";
import { pinDriver } from "./support/cores.ts";
import { costRows } from "./support/cost-rows.ts";
import { LIMITS_NOTE, ROUNDS_NOTE } from "./support/notes.ts";
import { report } from "./support/report.ts";
import { ServerProcess } from "./support/server-process.ts";
import { sized } from "./support/settings.ts";
import { bottleneck } from "./support/throughput.ts";

pinDriver();
const cell: Change = { name: "a cell of 1,000 x 20", state: "TableState", fill: 1_000 };
const entry: Change = { name: "an entry of a Map of 10,000", state: "MapState", fill: 10_000 };

await using server = await ServerProcess.start("states", ["--expose-gc"]);
const sizes = { rounds: sized(9, 1), ms: sized(1_500, 300), clients: 50 };
const rounds = await measureChanges(server, [cell, entry], sizes);
const updates = [];
for (const { change, own } of [
  { change: cell, own: "100147".length },
  { change: entry, own: "100007".length },
]) {
  const byTask = await oneUpdate(server.port, change, "task");
  const byEvent = await oneUpdate(server.port, change, "event");
  updates.push({ change, own, byTask, byEvent });
}

report({
  name: "cells",
  title: "5. One cell of a table of 1,000 x 20, one entry of a Map of 10,000",
  rows: updates.flatMap(({ change, own, byTask, byEvent }) => [
    {
      what: `${change.name}: bytes on the wire beside the value's own, a task's commit`,
      figure: `${byTask.bytes - own}`,
      target: "at most 80",
      isMet: byTask.bytes - own <= 80,
    },
    { what: "the same for an event: with the call's result", figure: `${byEvent.bytes - own}` },
    ...costRows(rounds, COUNTER, change, 1.5),
  ]),
  notes: [
    ...updates.map(({ byTask }) => `A task's update: \`${byTask.text}\``),
    `${bottleneck(rounds.map((round) => round[cell.name]!))}. ${sizes.clients} clients.`,
    ROUNDS_NOTE,
    LIMITS_NOTE,
  ],
});
