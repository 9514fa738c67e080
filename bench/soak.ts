/**
 * Does anything get lost, doubled or left behind when thousands of connections break all the time? `SOAK_PAGES` (2,000) pages call events over real sockets while
 * `SOAK_CUTS` (200) connections a second are cut, for `SOAK_SECONDS` (60); some pages leave for good, and others come in their place. The server is a process of
 * its own. Exit code 1 if an event was lost or ran twice.
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { connect, type Client, type StateReplica } from "../src/client/index.ts";
import { event, State } from "../src/index.ts";
import { App } from "../src/server/index.ts";

const PAGES = Number(process.env["SOAK_PAGES"] ?? 2_000);
const CUTS = Number(process.env["SOAK_CUTS"] ?? 200);
const SECONDS = Number(process.env["SOAK_SECONDS"] ?? 60);
/** How many calls a page makes a second. */
const CALLS = 1;
/** How many pages a second leave, and are replaced. */
const LEAVERS = 20;

/** How often each call ran, by its name. */
const runs = new Map<string, number>();

class SoakState extends State {
  counter = 0;

  @event add(name: string) {
    this.counter += 1;
    runs.set(name, (runs.get(name) ?? 0) + 1);
    return this.counter;
  }
}

interface ServerReport {
  readonly runs: number;
  readonly doubled: number;
  readonly lost: number;
  readonly heapMiB: number;
  readonly sessions: number;
}

/** Tells how the calls of these names ran, which must have run once each. */
type Question = { readonly settled: readonly string[] };

async function serve(): Promise<void> {
  const quiet = { debug() {}, info() {}, warn() {}, error: console.error };
  const app = new App({
    states: [SoakState],
    logger: quiet,
    maxConnectionsPerAddress: 100_000,
    sessionTtlMs: 5_000,
    lostGraceMs: 5_000,
    closeGraceMs: 1_000,
  });
  const { url } = await app.listen(0, "127.0.0.1");
  const settled = new Set<string>();
  process.on("message", (message: Question | "report" | "stop") => {
    if (message === "stop") return void app.close().then(() => process.exit(0));
    if (message !== "report") return message.settled.forEach((name) => settled.add(name));
    globalThis.gc?.();
    const report: ServerReport = {
      runs: runs.size,
      doubled: [...runs.values()].filter((count) => count > 1).length,
      lost: [...settled].filter((name) => !runs.has(name)).length,
      heapMiB: process.memoryUsage().heapUsed / 2 ** 20,
      sessions: app.eventNamespace.tokenToSid.size,
    };
    process.send!(report);
  });
  process.send!(url);
}

class Page {
  readonly client: Client;
  readonly sockets = new Set<WebSocket>();
  readonly open = new Set<Promise<void>>();
  readonly #replica: StateReplica;
  readonly #unsubscribe: () => void;
  sent = 0;

  constructor(url: string, id: number, tally: Tally) {
    const { sockets } = this;
    this.client = connect({
      url,
      storage: false,
      backoff: { minMs: 50, maxMs: 2_000 },
      onError: (error) => console.error("page", id, error),
      webSocket: class extends WebSocket {
        constructor(address: string) {
          super(address);
          sockets.add(this);
          this.once("close", () => sockets.delete(this));
          this.on("error", () => {});
        }
      },
    });
    this.#replica = this.client.state({ stateName: "SoakState" });
    this.#unsubscribe = this.#replica.subscribe(() => {});
    this.#name = `${id}:`;
    this.#tally = tally;
  }
  readonly #name: string;
  readonly #tally: Tally;

  call(): void {
    const name = this.#name + (this.sent += 1);
    this.#tally.sent += 1;
    const call = this.#replica.call("add", [name]).then(
      (count) => {
        this.#tally.settled.push(name);
        if (count !== Number(name.split(":")[1])) this.#tally.outOfOrder += 1;
      },
      (error: { code?: string }) => this.#tally.reject(error.code ?? String(error)),
    );
    this.open.add(call);
    void call.then(() => this.open.delete(call));
  }

  cut(): boolean {
    const [socket] = this.sockets;
    socket?.terminate();
    return socket !== undefined;
  }

  async leave(): Promise<void> {
    await Promise.all(this.open);
    this.#unsubscribe();
    this.client.close();
  }
}

class Tally {
  sent = 0;
  outOfOrder = 0;
  readonly settled: string[] = [];
  readonly rejected = new Map<string, number>();

  reject(code: string): void {
    this.rejected.set(code, (this.rejected.get(code) ?? 0) + 1);
  }
}

async function drive(): Promise<number> {
  const server = fork(fileURLToPath(import.meta.url), ["serve"], { execArgv: ["--expose-gc"] });
  const answer = <T>(): Promise<T> =>
    new Promise((resolve) => server.once("message", (message) => resolve(message as T)));
  const url = await answer<string>();
  const report = (): Promise<ServerReport> => (server.send("report"), answer<ServerReport>());
  const tally = new Tally();
  let made = 0;
  const page = (): Page => new Page(url, (made += 1), tally);
  const pages = Array.from({ length: PAGES }, page);
  await Promise.all(pages.map(({ client }) => client.ready()));
  const atStart = await report();
  const leaving: Promise<void>[] = [];
  const any = (): number => Math.floor(Math.random() * pages.length);
  const TICK_MS = 20;
  /** Of those that are connected, if it finds one. */
  const cutOne = (): boolean => [1, 2, 3, 4, 5].some(() => pages[any()]!.cut());
  let cuts = 0;
  const owed = { cuts: 0, calls: 0, leavers: 0 };
  let before = performance.now();
  const ticker = setInterval(() => {
    const now = performance.now();
    const share = (now - before) / 1000;
    before = now;
    for (owed.cuts += CUTS * share; owed.cuts >= 1; owed.cuts -= 1) cuts += cutOne() ? 1 : 0;
    for (owed.calls += PAGES * CALLS * share; owed.calls >= 1; owed.calls -= 1) pages[any()]!.call();
    for (owed.leavers += LEAVERS * share; owed.leavers >= 1; owed.leavers -= 1) {
      const at = any();
      leaving.push(pages[at]!.leave());
      pages[at] = page();
    }
  }, TICK_MS);
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  clearInterval(ticker);
  await Promise.all([...leaving, ...pages.flatMap(({ open }) => [...open])]);
  server.send({ settled: tally.settled } satisfies Question);
  // Pages that have left expire.
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  const atEnd = await report();
  await Promise.all(pages.map((each) => each.leave()));
  server.send("stop");
  await new Promise((resolve) => server.once("exit", resolve));

  const rejected = [...tally.rejected.values()].reduce((sum, count) => sum + count, 0);
  const lost = atEnd.lost + (tally.sent - tally.settled.length - rejected);
  console.table({
    seconds: SECONDS,
    "pages, now and in all": `${PAGES}, ${made}`,
    "connections cut": cuts,
    "events sent": tally.sent,
    "events run": atEnd.runs,
    settled: tally.settled.length,
    rejected: rejected === 0 ? 0 : JSON.stringify(Object.fromEntries(tally.rejected)),
    doubled: atEnd.doubled,
    lost,
    "out of order": tally.outOfOrder,
    "pages that are there at the end": atEnd.sessions,
    "server heap at start and end, MiB": `${atStart.heapMiB.toFixed(1)}, ${atEnd.heapMiB.toFixed(1)}`,
    "of it the tally of runs, MiB": ((atEnd.runs * 100) / 2 ** 20).toFixed(1),
  });
  return atEnd.doubled === 0 && lost === 0 && tally.outOfOrder === 0 ? 0 : 1;
}

if (process.argv[2] === "serve") await serve();
else process.exitCode = await drive();
