import { createServer, connect, type Socket } from "node:net";
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { Scheduler } from "../../../src/sessions/scheduler.ts";
import { SessionLock, type Lane } from "../../../src/sessions/session-lock.ts";

// 2.3.12, with the real event loop. Judged by what has happened after so many grants or turns, never by how long it took: a loop that starves
// something would go on until `MAX_GRANTS`, and fail.

const MAX_GRANTS = 200_000_000;

let isOver = false;
afterEach(() => {
  isOver = true;
});

class World {
  readonly scheduler = new Scheduler({ onError: () => {} });
  readonly counts: number[] = [];
  grants = 0;
  #loops: Promise<void>[] = [];

  constructor() {
    isOver = false;
  }

  lock(): SessionLock {
    return new SessionLock(this.scheduler, systemClock, {
      lockTimeoutMs: 0,
      slowHoldMs: 60_000,
      onSlowHold: () => {},
      onSlowWait: () => {},
    });
  }

  /** Takes the lock in a tight loop until the test is over. */
  loop(lock: SessionLock, lane: Lane = "window", isAsync = false): void {
    const index = this.counts.push(0) - 1;
    const holder = { name: `loop ${index}` };
    const run = async (): Promise<void> => {
      while (!isOver) {
        if (!lock.tryAcquire(lane, holder)) await lock.acquire(lane, holder);
        this.counts[index]! += 1;
        this.grants += 1;
        if (this.grants > MAX_GRANTS) isOver = true;
        if (isAsync) await undefined;
        lock.release();
        await undefined;
      }
    };
    this.#loops.push(run());
  }

  async end(): Promise<void> {
    isOver = true;
    await Promise.all(this.#loops);
    await this.scheduler.drain();
    expect(this.grants).toBeLessThanOrEqual(MAX_GRANTS);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Timers, immediates and a socket each do their work a number of times. */
async function loopIsAlive(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await turn();
  for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  const server = createServer((socket) => void socket.pipe(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket: Socket = connect((server.address() as { port: number }).port, "127.0.0.1");
  for (let i = 0; i < 5; i += 1) {
    socket.write("ping");
    await once(socket, "data");
  }
  socket.destroy();
  server.close();
  await once(server, "close");
}

it.each([
  ["one loop", 1, "window", false],
  ["one loop of asynchronous windows", 1, "window", true],
  ["one loop of events, as of handlers that trigger each other", 1, "event", false],
  ["a thousand sessions that loop", 1_000, "window", false],
  ["a thousand sessions that loop over asynchronous windows", 1_000, "window", true],
  ["a thousand sessions that loop over events", 1_000, "event", false],
] as const)("%s: timers, immediates and sockets go on", { timeout: 60_000 }, async (_, sessions, lane, isAsync) => {
  const world = new World();
  for (let i = 0; i < sessions; i += 1) world.loop(world.lock(), lane, isAsync);
  await loopIsAlive();
  await world.end();
});

it("a loop without a single await is refused when the turn's budget is spent", () => {
  const world = new World();
  const lock = world.lock();
  let grants = 0;
  while (grants < MAX_GRANTS && lock.tryAcquire("window", { name: "loop" })) {
    grants += 1;
    lock.release();
  }
  expect(grants).toBeGreaterThan(0);
  expect(grants).toBeLessThan(MAX_GRANTS);
});

it("a thousand sessions that loop each have their turn, again and again", { timeout: 60_000 }, async () => {
  const world = new World();
  for (let i = 0; i < 1_000; i += 1) world.loop(world.lock());
  for (let round = 0; round < 3; round += 1) {
    const before = [...world.counts];
    while (!isOver && world.counts.some((count, index) => count <= before[index]!)) await turn();
  }
  await world.end();
});

it(
  "an event waits a few turns at the most, though a thousand sessions loop, its own too",
  { timeout: 60_000 },
  async () => {
    const world = new World();
    const locks = Array.from({ length: 1_000 }, () => world.lock());
    for (const lock of locks) world.loop(lock);
    const waits: number[] = [];
    let turns = 0;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    for (let i = 0; i < 200; i += 1) {
      await turn();
      const lock = locks[(i * 7) % locks.length]!;
      const asked = turns;
      const holder = { name: "event" };
      if (!lock.tryAcquire("event", holder)) await lock.acquire("event", holder);
      waits.push(turns - asked);
      lock.release();
    }
    await world.end();
    expect(Math.max(...waits)).toBeLessThanOrEqual(3);
  },
);

it("in one session, a flood of events leaves windows their share, and a flood of windows leaves events theirs", async () => {
  const world = new World();
  const lock = world.lock();
  // Held until all wait: synchronous windows do not contend before a turn's budget is spent.
  lock.tryAcquire("window", { name: "holder" });
  for (let i = 0; i < 20; i += 1) world.loop(lock, "event");
  for (let i = 0; i < 20; i += 1) world.loop(lock, "window");
  lock.release();
  while (!isOver && world.grants < 20_000) await turn();
  await world.end();
  const events = world.counts.slice(0, 20);
  const windows = world.counts.slice(20);
  const sum = (counts: number[]): number => counts.reduce((total, one) => total + one, 0);
  // Eight to one; and within a lane everybody is served alike.
  expect(sum(events) / sum(windows)).toBeGreaterThan(7);
  expect(sum(events) / sum(windows)).toBeLessThan(9);
  for (const lane of [events, windows]) expect(Math.max(...lane) - Math.min(...lane)).toBeLessThanOrEqual(2);
});

it("among sessions, a flood of events starves neither windows nor flushes", { timeout: 60_000 }, async () => {
  const world = new World();
  for (let i = 0; i < 200; i += 1) world.loop(world.lock(), "event");
  for (let i = 0; i < 20; i += 1) world.loop(world.lock(), "window");
  let flushes = 0;
  const subscriber = {
    flush: () => {
      flushes += 1;
      if (!isOver) world.scheduler.markDirty(subscriber);
    },
  };
  world.scheduler.markDirty(subscriber);
  while (!isOver && (flushes < 20 || world.counts.slice(200).some((count) => count < 5))) await turn();
  await world.end();
});

it("flushes of a thousand subscribers take turns with everything else", { timeout: 60_000 }, async () => {
  const world = new World();
  world.loop(world.lock());
  const flushed = new Array<number>(1_000).fill(0);
  for (const index of flushed.keys()) {
    const subscriber = {
      flush: () => {
        for (const start = performance.now(); performance.now() - start < 0.02;);
        flushed[index]! += 1;
        if (!isOver) world.scheduler.markDirty(subscriber);
      },
    };
    world.scheduler.markDirty(subscriber);
  }
  await loopIsAlive();
  while (!isOver && flushed.some((count) => count < 3)) await turn();
  await world.end();
  expect(world.counts[0]).toBeGreaterThan(0);
});
