/** Row 8: how much memory does an idle connected session take? */
import { openFloorClient } from "./support/clients.ts";
import { pinDriver } from "./support/cores.ts";
import { LIMITS_NOTE } from "./support/notes.ts";
import { RawPage } from "./support/raw-page.ts";
import { report, type Row } from "./support/report.ts";
import { ServerProcess } from "./support/server-process.ts";
import { sized } from "./support/settings.ts";
import { figure } from "./support/statistics.ts";

interface PerConnection {
  readonly heap: number;
  readonly rss: number;
}

const CONTENDERS = {
  floor: { server: "floor", open: openFloorClient },
  meanwhile: { server: "my-task", open: (port: number) => RawPage.open(port, ["MyTaskState"]) },
} as const;

const OPENED_AT_ONCE = 50;
const WARM_UP = 100;

async function measure(name: keyof typeof CONTENDERS, count: number): Promise<PerConnection> {
  const { server: script, open } = CONTENDERS[name];
  await using server = await ServerProcess.start(script, ["--expose-gc"]);
  const connect = async (wanted: number): Promise<void> => {
    for (let at = 0; at < wanted; at += OPENED_AT_ONCE)
      await Promise.all(Array.from({ length: OPENED_AT_ONCE }, () => open(server.port)).map(use));
  };
  const clients: { close(): void }[] = [];
  const use = async (opening: Promise<{ close(): void }>): Promise<void> => void clients.push(await opening);
  // The code that the first connections bring along is not counted.
  await connect(WARM_UP);
  const before = await server.ask<NodeJS.MemoryUsage>("memory");
  await connect(count);
  const after = await server.ask<NodeJS.MemoryUsage>("memory");
  for (const client of clients) client.close();
  const heapOf = (usage: NodeJS.MemoryUsage): number => usage.heapUsed + usage.external;
  return { heap: (heapOf(after) - heapOf(before)) / count, rss: (after.rss - before.rss) / count };
}

pinDriver();
const rows: Row[] = [];
for (const count of [1_000, sized(10_000, 2_000)]) {
  const floor = await measure("floor", count);
  const ours = await measure("meanwhile", count);
  for (const [kind, what] of [
    ["heap", "heap and external"],
    ["rss", "resident set"],
  ] as const) {
    const most = floor[kind] * 1.5 + 4_096;
    rows.push({
      what: `${count.toLocaleString("en-US")} sessions: ${what} of one (the floor's)`,
      figure: `${figure(ours[kind] / 1_024)} KB (${figure(floor[kind] / 1_024)} KB)`,
      target: `at most 1.5 x the floor's plus 4 KB: ${figure(most / 1_024)} KB`,
      isMet: ours[kind] <= most,
    });
  }
}

report({
  name: "memory",
  title: "8. Memory of an idle connected session, with the state of examples/my-task",
  rows,
  notes: [
    "After a collection, without what the first 100 connections took. The floor holds the same vars in an object; its HTTP server and its sockets are the same.",
    LIMITS_NOTE,
  ],
});
