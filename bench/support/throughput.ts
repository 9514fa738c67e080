import type { BenchClient, OpenClient } from "./clients.ts";
import type { ServerProcess } from "./server-process.ts";

/** What a round with one contender gave. */
export interface Throughput {
  readonly perSecond: number;
  /** CPU time of the server, in µs for each event: what else ran on its core does not count. */
  readonly serverMicros: number;
  /** Shares of the round in which the server and the driver were on a core. */
  readonly serverBusy: number;
  readonly driverBusy: number;
}

/** Clients that each send one event after the other, for this long; opened and warm before. */
export async function measureThroughput(
  { server, open }: { readonly server: ServerProcess; readonly open: OpenClient },
  { clients: count, ms, warmUpMs }: { readonly clients: number; readonly ms: number; readonly warmUpMs: number },
): Promise<Throughput> {
  const clients: BenchClient[] = [];
  for (let at = 0; at < count; at += 1) clients.push(await open(server.port));
  let answers = 0;
  let isOver = false;
  const idle = clients.map(
    (client) =>
      new Promise<void>((resolve) => {
        client.onAnswer = () => {
          answers += 1;
          if (isOver) resolve();
          else client.send();
        };
      }),
  );
  // Not what opening has left behind is measured.
  await server.ask("collect");
  for (const client of clients) client.send();
  await wait(warmUpMs);
  const [first, serverBefore, driverBefore] = [answers, await server.cpuMs(), process.cpuUsage()];
  const start = performance.now();
  await wait(ms);
  const [last, serverAfter, driver] = [answers, await server.cpuMs(), process.cpuUsage(driverBefore)];
  const tookMs = performance.now() - start;
  isOver = true;
  await Promise.all(idle);
  const counted = clients.reduce((sum, client) => sum + client.counter(), 0);
  if (counted !== answers) throw new Error(`${answers} answers, but the server has counted to ${counted}.`);
  for (const client of clients) client.close();
  return {
    perSecond: ((last - first) * 1_000) / tookMs,
    serverMicros: ((serverAfter - serverBefore) * 1_000) / (last - first),
    serverBusy: (serverAfter - serverBefore) / tookMs,
    driverBusy: (driver.user + driver.system) / 1_000 / tookMs,
  };
}

/** Says which side the figures are of. */
export function bottleneck(rounds: readonly Throughput[]): string {
  const mean = (side: "serverBusy" | "driverBusy"): number =>
    Math.round((rounds.reduce((sum, round) => sum + round[side], 0) * 100) / rounds.length);
  const [server, driver] = [mean("serverBusy"), mean("driverBusy")];
  const which = server >= driver ? "the server" : "the driver";
  return `${which} was the bottleneck: the server was busy ${server} % of the time, the driver ${driver} %`;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
