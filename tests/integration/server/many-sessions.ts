import { setImmediate as turn } from "node:timers/promises";
import { State, event } from "../../../src/index.ts";
import { App, type PeerSocket } from "../../../src/server/index.ts";
import { ManualClock } from "../../../src/testing/index.ts";
import { PROTOCOL_VERSION } from "../../../src/wire/messages.ts";

// A process of its own, with --expose-gc: sessions come, work, go and expire. Prints what is left of them as JSON.

class VisitState extends State {
  visits = 0;
  log: string[] = [];

  @event visit(text: string) {
    this.visits += 1;
    this.log.push(text);
  }
}

const total = Number(process.argv[2]);
const BATCH = 200;
const hello = {
  type: "hello",
  protocol: PROTOCOL_VERSION,
  page: { path: "/", query: "" },
  states: ["VisitState"],
  held: [],
  version: 0,
};
const clock = new ManualClock();
let expired = 0;
let results = 0;
const app = new App({
  states: [VisitState],
  clock,
  logger: { debug() {}, info() {}, warn() {}, error: console.error },
  onExpire: (session) => {
    if (session.getState(VisitState).visits === 1) expired += 1;
  },
});

function heapMb(): number {
  globalThis.gc!();
  globalThis.gc!();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

async function batch(): Promise<void> {
  const peers = Array.from({ length: BATCH }, (_, at) => {
    const socket: PeerSocket = {
      bufferedBytes: 0,
      send: (text, sent) => {
        if (text.includes('"results"')) results += 1;
        queueMicrotask(sent);
      },
      close() {},
      terminate() {},
      isAlive: () => Promise.resolve(true),
    };
    const peer = app.accept(socket, { headers: { "user-agent": "a page" }, clientIp: "127.0.0.1" });
    peer.receive(JSON.stringify({ ...hello, document: `document-${at}` }));
    return peer;
  });
  await turn();
  for (const [at, peer] of peers.entries()) {
    peer.receive(JSON.stringify({ type: "call", id: 1, state: "VisitState", event: "visit", args: ["x".repeat(100)] }));
    if (at % 2 === 0) peer.receive(JSON.stringify({ type: "ack", updates: 1 }));
  }
  await app.settle();
  await turn();
  for (const [at, peer] of peers.entries()) peer.closed(at % 3 === 0 ? 4001 : 1006);
  // Gone, and expired.
  clock.advance(30_000);
  clock.advance(600_000);
  await app.settle();
}

const heap: number[] = [];
for (let done = 0; done < total; done += BATCH) {
  await batch();
  if (done % (total / 10) === 0) heap.push(Math.round(heapMb() * 100) / 100);
}
heap.push(Math.round(heapMb() * 100) / 100);
const left = {
  tokens: app.eventNamespace.tokenToSid.size,
  tasks: app.backgroundTasks.size,
  timers: clock.pendingTimers,
};
console.log(JSON.stringify({ expired, results, heap, left }));
await app.close();
