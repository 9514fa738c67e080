/**
 * Lock windows a second in tight loops, as shares of a bare loop of `await undefined` in a process of its own (issue "Speed", row 3).
 * One page per measured session is connected over a real socket and gets the deltas; meanwhile its own events and a timer are timed.
 * Windows and bare awaits are counted by the CPU time that their process took: others may be busy. (The pages are in the app's process: their work counts.)
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { State, event, type Background } from "../src/index.ts";
import { App } from "../src/server/index.ts";

class LoopState extends State {
  counter = 0;
  clicks = 0;
  _stop = false;

  @event click() {
    this.clicks += 1;
  }
  @event stop() {
    this._stop = true;
  }
  @event({ background: true }) async loop(this: Background<LoopState>) {
    while (await this.lock((self) => (self.counter += 1) > 0 && !self._stop));
  }
  @event({ background: true }) async asyncLoop(this: Background<LoopState>) {
    while (
      await this.lock(async (self) => {
        self.counter += 1;
        return !self._stop;
      })
    );
  }
}

/** A page of the least code: counts updates, and times its own calls. */
class BenchPage {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, () => void>();
  #id = 0;
  token = "";

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as { token?: string; results?: { id: number }[] };
      if (message.token !== undefined) this.token = message.token;
      for (const { id } of message.results ?? []) this.#pending.get(id)?.();
    });
  }

  static async open(url: string): Promise<BenchPage> {
    const socket = new WebSocket(`${url.replace("http", "ws")}/_meanwhile`);
    const page = new BenchPage(socket);
    await new Promise((resolve) => socket.once("open", resolve));
    socket.send(
      JSON.stringify({
        type: "hello",
        protocol: 1,
        document: String(Math.random()),
        page: { path: "/", query: "" },
        states: ["LoopState"],
      }),
    );
    return page;
  }

  call(name: string): Promise<void> {
    const id = (this.#id += 1);
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      this.#socket.send(JSON.stringify({ type: "call", id, state: "LoopState", event: name, args: [] }));
    });
  }

  close(): void {
    this.#socket.close();
  }
}

const percentile = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Bare awaits a second. */
async function floor(ms: number): Promise<number> {
  let count = 0;
  const cpu = cpuSeconds();
  const start = performance.now();
  while (performance.now() - start < ms) {
    for (let i = 0; i < 10_000; i += 1) await undefined;
    count += 10_000;
  }
  return count / (cpuSeconds() - cpu);
}

async function measure(
  sessions: number,
  task: "loop" | "asyncLoop" | undefined,
  ms: number,
): Promise<Record<string, number>> {
  const app = new App({ states: [LoopState], logger: { debug() {}, info() {}, warn() {}, error: console.error } });
  const { url } = await app.listen(0);
  const pages = await Promise.all(Array.from({ length: sessions }, () => BenchPage.open(url)));
  await Promise.all(pages.map((page) => page.call("click")));
  const read = async (page: BenchPage): Promise<number> =>
    app.modifyState(page.token, LoopState, (self) => self.counter);
  const total = async (): Promise<number> =>
    (await Promise.all(pages.map(read))).reduce((sum, count) => sum + count, 0);
  if (task !== undefined) for (const page of pages) await page.call(task);
  const before = await total();
  const start = performance.now();
  const cpu = cpuSeconds();
  const late: number[] = [];
  const latency: number[] = [];
  let due = performance.now() + 20;
  const timer = setInterval(() => {
    late.push(performance.now() - due);
    due = performance.now() + 20;
  }, 20);
  for (let at = 0; performance.now() - start < ms; at += 1) {
    const sent = performance.now();
    await pages[at % pages.length]!.call("click");
    latency.push(performance.now() - sent);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const windows = ((await total()) - before) / (cpuSeconds() - cpu);
  clearInterval(timer);
  await Promise.all(pages.map((page) => app.modifyState(page.token, LoopState, (self) => void (self._stop = true))));
  for (const page of pages) page.close();
  await app.close();
  return { windows, p50: percentile(latency, 0.5), p99: percentile(latency, 0.99), timerLate: Math.max(...late) };
}

if (process.argv[2] === "child") {
  const [, , , kind, sessions, task] = process.argv;
  const result =
    kind === "floor"
      ? { perSecond: await floor(2_000) }
      : await measure(Number(sessions), task === "none" ? undefined : (task as "loop"), 3_000);
  process.send!(result);
  process.disconnect();
} else {
  const run = (...args: string[]): Promise<Record<string, number>> =>
    new Promise((resolve, reject) => {
      const child = fork(fileURLToPath(import.meta.url), ["child", ...args], { execArgv: process.execArgv });
      child.once("message", (message) => resolve(message as Record<string, number>));
      child.once("error", reject);
    });
  const rows: Record<string, unknown>[] = [];
  for (const [name, sessions, task] of [
    ["one session, sync", "1", "loop"],
    ["1,000 sessions, sync", "1000", "loop"],
    ["one session, async", "1", "asyncLoop"],
  ] as const) {
    const bare = (await run("floor"))["perSecond"]!;
    const idle = await run("app", sessions, "none");
    const busy = await run("app", sessions, task);
    rows.push({
      row: name,
      "windows/s": Math.round(busy["windows"]!),
      share: (busy["windows"]! / bare).toFixed(3),
      "event p50 (idle)": `${busy["p50"]!.toFixed(1)} (${idle["p50"]!.toFixed(1)}) ms`,
      "event p99 (idle)": `${busy["p99"]!.toFixed(1)} (${idle["p99"]!.toFixed(1)}) ms`,
      "timer late": `${busy["timerLate"]!.toFixed(1)} ms`,
    });
  }
  console.table(rows);
}
