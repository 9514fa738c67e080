/**
 * What does a page cost that stops reading while its task commits a million updates? The curve of what waits to be sent to
 * it, of the process's memory, and of how long another session's round trips take.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocket } from "ws";
import { connect, stateRef } from "../src/client/index.ts";
import { event, State, type Background } from "../src/index.ts";
import { App } from "../src/server/index.ts";

const COMMITS = 1_000_000;
const TEXTS = Array.from({ length: 10 }, (_, digit) => String(digit).repeat(20_000));

class SlowState extends State {
  counter = 0;
  clicks = 0;
  text = "";

  @event click() {
    this.clicks += 1;
  }
  @event({ background: true }) async flood(this: Background<SlowState>) {
    for (let commit = 1; commit <= COMMITS; commit += 1) {
      await this.lock((self) => {
        self.counter = commit;
        self.text = TEXTS[commit % 10]!;
      });
    }
  }
}

const app = new App({ states: [SlowState], logger: { debug() {}, info() {}, warn() {}, error: console.error } });
const server = createServer();
const sockets: Socket[] = [];
server.on("upgrade", (_, socket) => sockets.push(socket as Socket));
app.attach(server);
server.listen(0, "127.0.0.1");
await once(server, "listening");
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

let slow: WebSocket | undefined;
const setSlow = (socket: WebSocket): void => void (slow = socket);
class SlowSocket extends WebSocket {
  constructor(address: string) {
    super(address);
    setSlow(this);
  }
}
const ref = stateRef<SlowState>("SlowState");
const page = connect({ url, storage: false, webSocket: SlowSocket });
const other = connect({ url, storage: false, webSocket: WebSocket });
page.state(ref).subscribe(() => {});
await Promise.all([page.state(ref).loaded(), other.state(ref).loaded()]);
await page.state(ref).call("flood", []);
slow!.pause();

const rows: Record<string, string | number>[] = [];
const start = performance.now();
let [slowest, trips, due] = [0, 0, 0];
while (app.backgroundTasks.size > 0) {
  const asked = performance.now();
  await other.state(ref).call("click", []);
  trips += 1;
  slowest = Math.max(slowest, performance.now() - asked);
  if (performance.now() - start < due) continue;
  const { rss, heapUsed } = process.memoryUsage();
  rows.push({
    "after ms": Math.round(performance.now() - start),
    "waits to be sent, KiB": Math.round(sockets[0]!.writableLength / 1024),
    "heap, MiB": Math.round(heapUsed / 2 ** 20),
    "rss, MiB": Math.round(rss / 2 ** 20),
    "other's round trips": trips,
    "slowest, ms": slowest.toFixed(1),
  });
  [slowest, trips] = [0, 0];
  due += 250;
}
console.table(rows);
slow!.resume();
const resumed = performance.now();
while (page.state(ref).values?.["counter"] !== COMMITS) await new Promise((resolve) => setImmediate(resolve));
console.log(`It reads again: the newest state after ${Math.round(performance.now() - resumed)} ms.`);
page.close();
other.close();
await app.close();
server.close();
