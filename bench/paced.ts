/** Row 10: 1,000 connected sessions, each with a task that commits 20 times a second, for 30 s (`BENCH_SECONDS`). */
import { pinDriver } from "./support/cores.ts";
import { LIMITS_NOTE } from "./support/notes.ts";
import { RawPage, type RawUpdate } from "./support/raw-page.ts";
import { RawSocket } from "./support/raw-socket.ts";
import { report } from "./support/report.ts";
import { ServerProcess } from "./support/server-process.ts";
import { sized } from "./support/settings.ts";
import { figure, spread, withSpread } from "./support/statistics.ts";

const SESSIONS = 1_000;
const SECONDS = Number(process.env["BENCH_SECONDS"] ?? sized(30, 4));
const WARM_UP_SECONDS = sized(5, 2);

interface Measured {
  readonly commits: number;
  /** CPU time of the server for each commit, in µs. */
  readonly micros: number;
  /** CPU time of the server as a share of the time. */
  readonly busy: number;
  /** Deltas that came in each second. */
  readonly perSecond: readonly number[];
  readonly deltas: number;
}

interface Line {
  /** The counter as the page has it. */
  counter: number;
  deltas: number;
  stop(): void;
  close(): void;
}

/** Takes a delta, which must go on where the last one ended. */
function take(line: Line, payload: Buffer): void {
  const { states } = JSON.parse(payload.toString()) as RawUpdate;
  const patch = states?.["PacedState"] as { counter?: [number, number] } | undefined;
  if (patch?.counter === undefined) return;
  const [, counter] = patch.counter;
  if (counter <= line.counter) throw new Error(`A delta came out of order: ${counter} after ${line.counter}.`);
  line.counter = counter;
  line.deltas += 1;
}

async function openOurs(port: number): Promise<Line> {
  const page = await RawPage.open(port, ["PacedState"]);
  const line = { counter: 0, deltas: 0, stop: () => page.send("PacedState", "stop"), close: () => page.close() };
  page.onUpdate = (payload) => take(line, payload);
  page.send("PacedState", "run");
  return line;
}

async function openFloor(port: number): Promise<Line> {
  const socket = await RawSocket.open(port, "/", (payload) => take(line, payload));
  const line: Line = {
    counter: 0,
    deltas: 0,
    stop: () => socket.sendText('{"type":"stop"}'),
    close: () => socket.close(),
  };
  socket.sendText('{"type":"run"}');
  return line;
}

async function measure(script: string, open: (port: number) => Promise<Line>, seconds: number): Promise<Measured> {
  await using server = await ServerProcess.start(script);
  const lines: Line[] = [];
  for (let at = 0; at < SESSIONS; at += 1) lines.push(await open(server.port));
  const arrived = (): number => lines.reduce((sum, { deltas }) => sum + deltas, 0);
  await wait(WARM_UP_SECONDS * 1_000);
  const [cpuBefore, commitsBefore] = [await server.cpuMs(), await server.ask<number>("commits")];
  const start = performance.now();
  const deltasBefore = arrived();
  const perSecond: number[] = [];
  let last = deltasBefore;
  for (let second = 0; second < seconds; second += 1) {
    await wait(start + (second + 1) * 1_000 - performance.now());
    const now = arrived();
    perSecond.push(now - last);
    last = now;
  }
  const [cpuAfter, commitsAfter] = [await server.cpuMs(), await server.ask<number>("commits")];
  const tookMs = performance.now() - start;
  for (const line of lines) line.stop();
  await wait(500);
  const total = lines.reduce((sum, { counter }) => sum + counter, 0);
  const committed = await server.ask<number>("commits");
  if (total !== committed) throw new Error(`${committed} commits, but the pages have ${total}: something was lost.`);
  for (const line of lines) line.close();
  const [commits, cpuMs] = [commitsAfter - commitsBefore, cpuAfter - cpuBefore];
  return { commits, micros: (cpuMs * 1_000) / commits, busy: cpuMs / tookMs, perSecond, deltas: last - deltasBefore };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

pinDriver();
const floors = [await measure("paced-floor", openFloor, Math.ceil(SECONDS / 2))];
const ours = await measure("paced", openOurs, SECONDS);
floors.push(await measure("paced-floor", openFloor, Math.ceil(SECONDS / 2)));
const ratio = spread(floors.map((floor) => ours.micros / floor.micros));
const wanted = SESSIONS * 20;
const rate = spread(ours.perSecond.map((count) => count / wanted));
const floorRate = spread(floors.flatMap(({ perSecond }) => perSecond.map((count) => count / wanted)));

report({
  name: "paced",
  title: `10. ${figure(SESSIONS)} connected sessions, each with a task that commits 20 times a second, ${SECONDS} s`,
  rows: [
    {
      what: "CPU time of a commit, as a multiple of the bare server's",
      figure: withSpread(ratio),
      target: "at most 2",
      isMet: ratio.median <= 2,
    },
    {
      what: "deltas a second, as a share of 20 x 1,000: median, least and most of all seconds",
      figure: withSpread(rate),
      target: "steady: every second at least 0.8",
      isMet: rate.least >= 0.8,
    },
    { what: "the same of the bare server", figure: withSpread(floorRate) },
    { what: "deltas in order, none lost", figure: "all", target: "all", isMet: true },
    { what: "deltas for each commit", figure: figure(ours.deltas / ours.commits) },
    {
      what: "CPU time of a commit (of the bare server's)",
      figure: `${figure(ours.micros)} µs (${figure(spread(floors.map(({ micros }) => micros)).median)} µs)`,
    },
    {
      what: "share of a core (of the bare server's)",
      figure: `${figure(ours.busy)} (${figure(spread(floors.map(({ busy }) => busy)).median)})`,
    },
  ],
  notes: [
    "The bare server runs before and after, for half as long each; the ratio is with the mean of both, in brackets with each.",
    "A page's last value must be its session's: a lost or swapped delta ends the bench with an error. meanwhile's pages also acknowledge.",
    "A timer of 50 ms is due a little later each time, on both sides: the share is of what there would be without.",
    LIMITS_NOTE,
  ],
});
