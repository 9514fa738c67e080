/** Row 4: what does appending one item to a long list cost, on the server, on the wire and in the page? */
import { COUNTER, measureChanges, oneUpdate, type Change } from "./support/changes.ts";
import { pinDriver } from "./support/cores.ts";
import { costRows } from "./support/cost-rows.ts";
import { LIMITS_NOTE, ROUNDS_NOTE } from "./support/notes.ts";
import { measurePageCost } from "./support/page-cost.ts";
import { report } from "./support/report.ts";
import { ServerProcess } from "./support/server-process.ts";
import { sized } from "./support/settings.ts";
import { figure } from "./support/statistics.ts";
import { bottleneck } from "./support/throughput.ts";

pinDriver();
const tenThousand: Change = { name: "a list of 10,000", state: "ListState", fill: 10_000 };
const hundredThousand: Change = { name: "a list of 100,000", state: "ListState", fill: 100_000 };

await using server = await ServerProcess.start("states", ["--expose-gc"]);
const sizes = { rounds: sized(7, 1), ms: sized(1_500, 300), clients: 10 };
const rounds = await measureChanges(server, [tenThousand, hundredThousand], sizes);
const item = '{"id":10000,"title":"A new item"}';
const byTask = await oneUpdate(server.port, tenThousand, "task");
const byEvent = await oneUpdate(server.port, tenThousand, "event");
const page = [10_000, 100_000].map((length) => ({ length, micros: measurePageCost(length) }));

report({
  name: "append",
  title: "4. Appending one item to a list of 10,000",
  rows: [
    {
      what: "bytes on the wire beside the item's own, a task's commit",
      figure: `${byTask.bytes - item.length}`,
      target: "at most 80",
      isMet: byTask.bytes - item.length <= 80,
    },
    { what: "the same for an event: with the call's result", figure: `${byEvent.bytes - item.length}` },
    ...costRows(rounds, COUNTER, tenThousand, 1.5),
    ...costRows(rounds, COUNTER, hundredThousand, 2),
    ...page.map(({ length, micros }) => ({
      what: `in the page, ${figure(length)} items: parse, decode, apply`,
      figure: `${figure(micros)} µs`,
    })),
  ],
  notes: [
    `A task's update: \`${byTask.text}\``,
    `${bottleneck(rounds.map((round) => round[tenThousand.name]!))}. ${sizes.clients} clients.`,
    "What React makes of it: row 13.",
    ROUNDS_NOTE,
    LIMITS_NOTE,
  ],
});
