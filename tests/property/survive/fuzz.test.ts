import { expect, it } from "vitest";
import { event, PublicError, State, type Background } from "../../../src/index.ts";
import type { Peer, PeerSocket } from "../../../src/server/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";
import { hello, hostileFrame, type Known, Random } from "./hostile-frames.ts";
import { PROTOCOL_VERSION } from "../../../src/wire/messages.ts";

// FUZZ_INPUTS=10000000 for a longer run, FUZZ_SEED to repeat one.
const inputs = Number(process.env["FUZZ_INPUTS"] ?? 100_000);
const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31);

class FuzzState extends State {
  taken = 0;
  last: unknown;

  @event take(...args: unknown[]) {
    this.taken += 1;
    this.last = args[0];
    return args;
  }
  @event fail(value: unknown) {
    throw new PublicError("refused", { data: value as never });
  }
  @event({ background: true }) async spawn(this: Background<FuzzState>) {
    await this.task.sleep(5);
    await this.lock((self) => (self.taken += 1));
  }
}

class HonestState extends State {
  count = 0;
  _secret = "kept";

  @event add() {
    this.count += 1;
    return this.count;
  }
}

/** A line on which anything may be said; what the server says is counted. */
class FuzzLine {
  readonly peer: Peer;
  closeCode: number | undefined;
  received = 0;
  token = "";

  constructor(accept: (socket: PeerSocket) => Peer) {
    this.peer = accept({
      bufferedBytes: 0,
      send: (text, sent) => {
        this.received += 1;
        const { type, token } = JSON.parse(text) as { type: string; token?: string };
        if (type === "welcome") this.token = token!;
        queueMicrotask(sent);
      },
      close: (code) => (this.closeCode = code),
      terminate: () => (this.closeCode = 1006),
      isAlive: () => Promise.resolve(this.closeCode === undefined),
    });
  }
}

const prototypeKeys = (): string[] =>
  [Object.prototype, Array.prototype, Function.prototype, String.prototype].flatMap((prototype) =>
    Reflect.ownKeys(prototype).map(String),
  );

it(`2.4.5 whatever is sent (${inputs} frames): no crash, no effect on others, nothing polluted, nothing left`, async () => {
  console.info(`FUZZ_SEED=${seed}, ${inputs} frames`);
  const before = prototypeKeys();
  const expired = new Set<string>();
  const given = new Set<string>();
  await using test = createTestApp({
    states: [FuzzState, HonestState],
    maxEventsPerSecond: 1e9,
    eventBurst: 1e9,
    onExpire: ({ clientToken }) => void expired.add(clientToken),
  });
  const page = test.connect();
  const honest = page.state(HonestState);
  await test.settle();
  const known: Known = {
    honestToken: page.storage.getItem("meanwhile:ws://test/_meanwhile:token")!,
    ownToken: "none",
    nextId: 1,
  };
  let changes = 0;
  page.client.onConnection(() => (changes += 1));
  const random = new Random(seed);
  let added = 0;
  let refused = 0;
  let opened = 0;
  for (let sent = 0; sent < inputs;) {
    const lines = Array.from(
      { length: 4 },
      () => new FuzzLine((socket) => test.app.accept(socket, { headers: { "x-a": "b" }, clientIp: "6.6.6.6" })),
    );
    // Most begin as they should; else everything ends at the first frame.
    for (const line of lines) {
      sent += 1;
      line.peer.receive(
        JSON.stringify({
          ...hello(random, known),
          ...(random.below(4) > 0 && { protocol: PROTOCOL_VERSION, version: 0, states: [], held: [] }),
        }),
      );
    }
    await test.app.settle();
    for (let round = 0; round < 12; round += 1) {
      for (const line of lines) {
        if (line.closeCode !== undefined) continue;
        sent += 1;
        line.peer.receive(hostileFrame(random, known));
      }
      if (random.below(4) === 0) await test.app.settle();
    }
    added += 1;
    expect(await honest.add()).toBe(added);
    await test.app.settle();
    for (const line of lines) {
      if (line.token !== "") {
        opened += 1;
        given.add(line.token);
        known.ownToken = line.token;
      }
      if (line.closeCode !== undefined) refused += 1;
      line.peer.closed(random.of([1000, 1001, 1006, 4001]));
      line.peer.receive(hostileFrame(random, known)); // too late
    }
    known.nextId = 1 + random.below(20);
    if (random.below(50) === 0) await test.advance(700_000);
  }
  await test.settle();
  expect([honest.count, changes, page.client.connection.status]).toEqual([added, 0, "connected"]);
  expect(opened, "lines that got through").toBeGreaterThan(inputs / 200);
  expect(refused, "lines that were refused").toBeGreaterThan(inputs / 200);
  expect(prototypeKeys()).toEqual(before);
  // Nothing of it is an error of ours.
  expect(test.errors).toEqual([]);
  expect(JSON.stringify(page.frames).includes("kept")).toBe(false);
  page.leave();
  await test.advance(700_000);
  await test.advance(700_000);
  given.add(known.honestToken);
  expect([...given].filter((token) => !expired.has(token))).toEqual([]);
  expect([test.app.backgroundTasks.size, test.app.eventNamespace.tokenToSid.size]).toEqual([0, 0]);
  expect(test.clock.pendingTimers).toBe(0);
}, 600_000);

it("2.4.5 replay: whatever ids come, in whatever order and on however many connections, a call runs once", async () => {
  const random = new Random(seed);
  await using test = createTestApp({ states: [FuzzState], maxEventsPerSecond: 1e9, eventBurst: 1e9 });
  const accept = (socket: PeerSocket): Peer => test.app.accept(socket, { headers: {}, clientIp: "6.6.6.6" });
  for (let run = 0; run < 200; run += 1) {
    let highest = 0;
    let expected = 0;
    let token: string | undefined;
    for (let connection = 0; connection < 4; connection += 1) {
      const line = new FuzzLine(accept);
      const page = { path: "/", query: "" };
      const base = { type: "hello", protocol: PROTOCOL_VERSION, document: "d", page, states: [], held: [], version: 0 };
      line.peer.receive(JSON.stringify(token === undefined ? base : { ...base, token }));
      await test.app.settle();
      await Promise.resolve();
      token = line.token;
      for (let call = 0; call < 10; call += 1) {
        const id = random.below(30);
        if (id > highest) {
          highest = id;
          expected += 1;
        }
        line.peer.receive(JSON.stringify({ type: "call", id, state: "FuzzState", event: "take", args: [] }));
      }
      line.peer.closed(1006);
    }
    await test.app.settle();
    expect(await test.app.modifyState(token!, FuzzState, ({ taken }) => taken)).toBe(expected);
  }
});
