import { expect, it } from "vitest";
import { LockTimeoutError } from "../../../src/base/errors.ts";
import { Scheduler } from "../../../src/sessions/scheduler.ts";
import { SessionLock, type Lane, type SessionLockOptions } from "../../../src/sessions/session-lock.ts";
import { ManualClock } from "../../../src/testing/index.ts";

function make(options: Partial<SessionLockOptions> = {}) {
  const clock = new ManualClock();
  const scheduler = new Scheduler({
    onError: (error) => {
      throw error;
    },
  });
  const said: string[] = [];
  const lock = new SessionLock(scheduler, clock, {
    lockTimeoutMs: 1_000,
    slowHoldMs: 100,
    onSlowHold: (holder, heldMs) => said.push(`${holder.name} held ${heldMs}`),
    onSlowWait: (waiter, holder, waitedMs) => said.push(`${waiter} waited ${waitedMs} for ${holder}`),
    ...options,
  });
  const order: string[] = [];
  /** Takes a place; once granted notes its name and releases. */
  const queue = async (lane: Lane, name: string): Promise<void> => {
    await lock.acquire(lane, { name });
    order.push(name);
    lock.release();
  };
  return { clock, scheduler, lock, said, order, queue };
}

it("a free lock is taken at once, a held one is not; release makes it free", () => {
  const { lock } = make();
  expect(lock.tryAcquire("window", { name: "a" })).toBe(true);
  expect(lock.holder).toEqual({ name: "a" });
  expect(lock.tryAcquire("event", { name: "b" })).toBe(false);
  lock.release();
  expect([lock.holder, lock.isIdle]).toEqual([undefined, true]);
});

it("2.3.12 each lane is first in, first out; events go first, one window after at most eight of them", async () => {
  const { lock, order, queue } = make();
  lock.tryAcquire("window", { name: "holder" });
  const all: Promise<void>[] = [];
  for (let i = 0; i < 3; i += 1) all.push(queue("window", `w${i}`));
  for (let i = 0; i < 20; i += 1) all.push(queue("event", `e${i}`));
  lock.release();
  await Promise.all(all);
  const events = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `e${from + i}`);
  expect(order).toEqual([...events(0, 8), "w0", ...events(8, 16), "w1", ...events(16, 20), "w2"]);
});

it("nobody overtakes who waits: a free lock with waiters can't be taken at once", async () => {
  const { lock, order, queue } = make();
  lock.tryAcquire("window", { name: "holder" });
  const waiting = queue("window", "first");
  lock.release();
  expect(lock.tryAcquire("event", { name: "second" })).toBe(false);
  await waiting;
  expect(order).toEqual(["first"]);
});

it("2.3.11 a waiter that is cancelled leaves its place, unrun, and the others go on", async () => {
  const { lock, order, queue } = make();
  lock.tryAcquire("window", { name: "holder" });
  const first = queue("window", "first");
  const gone = lock.enqueue("window", { name: "gone" });
  const last = queue("window", "last");
  gone.cancel(new Error("no longer"));
  await expect(gone.promise).rejects.toThrow("no longer");
  lock.release();
  await Promise.all([first, last]);
  expect(order).toEqual(["first", "last"]);
  gone.cancel(new Error("twice does nothing"));
  expect(lock.isIdle).toBe(true);
});

it("2.3.13 a window that waits past the timeout rejects, naming both; events wait on, with one warning; the holder is reported once", async () => {
  const { clock, lock, said, order, queue } = make();
  lock.tryAcquire("window", { name: "holder" });
  lock.watchHolder();
  const window = lock.acquire("window", { name: "window" });
  window.catch(() => {});
  const event = queue("event", "event");
  clock.advance(999);
  expect(lock.holder?.name).toBe("holder");
  clock.advance(201);
  await expect(window).rejects.toBeInstanceOf(LockTimeoutError);
  await expect(window).rejects.toMatchObject({ waiter: "window", holder: "holder" });
  clock.advance(10_000);
  lock.release();
  await event;
  expect(order).toEqual(["event"]);
  expect(said.filter((text) => text.startsWith("holder held"))).toHaveLength(1);
  expect(said.filter((text) => text.startsWith("event waited"))).toHaveLength(1);
  expect(clock.pendingTimers).toBe(0);
});

it("a synchronous hold of an event that took long is reported at its end", () => {
  const { clock, lock, said } = make();
  lock.tryAcquire("event", { name: "slow" });
  clock.advance(500);
  lock.release();
  expect(said).toEqual(["slow held 500"]);
});

it("2.3.12 a loop that never leaves the microtask queue by itself is parked when its turn's budget is spent", async () => {
  const { lock } = make();
  let windows = 0;
  let isOver = false;
  const loop = (async (): Promise<void> => {
    const holder = { name: "loop" };
    while (!isOver) {
      if (!lock.tryAcquire("window", holder)) await lock.acquire("window", holder);
      windows += 1;
      lock.release();
    }
  })();
  const seen: number[] = [];
  for (let turn = 0; turn < 10; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(windows);
  }
  isOver = true;
  await loop;
  // Ten turns of the event loop came by, and the loop went on between them.
  expect(seen.at(-1)).toBeGreaterThan(seen[0]!);
});

it("drain settles when nothing is parked any more", async () => {
  const { lock, scheduler, order, queue } = make();
  lock.tryAcquire("window", { name: "holder" });
  const all = Array.from({ length: 500 }, (_, i) => queue("window", String(i)));
  lock.release();
  await scheduler.drain();
  expect(order).toHaveLength(500);
  await Promise.all(all);
});
