import { AsyncLocalStorage } from "node:async_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it, vi } from "vitest";
import { Scheduler } from "../../../src/sessions/scheduler.ts";
import { SessionLock, type SessionLockOptions } from "../../../src/sessions/session-lock.ts";
import { ManualClock } from "../../../src/testing/index.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function make(options: Partial<SessionLockOptions> = {}) {
  const clock = new ManualClock();
  const now = vi.spyOn(clock, "now");
  const setTimer = vi.spyOn(clock, "setTimer");
  const scheduler = new Scheduler({ onError: () => {}, budgetMs: Infinity });
  const onSlowHold = vi.fn<SessionLockOptions["onSlowHold"]>();
  const onSlowWait = vi.fn<SessionLockOptions["onSlowWait"]>();
  const lock = new SessionLock(scheduler, clock, {
    lockTimeoutMs: 1_000,
    slowHoldMs: 300,
    onSlowHold,
    onSlowWait,
    ...options,
  });
  return { clock, now, setTimer, scheduler, lock, onSlowHold, onSlowWait };
}

/** Whether a promise is pending, fulfilled, or rejected with what. */
async function stateOf(promise: Promise<void>): Promise<unknown> {
  return Promise.race([
    promise.then(
      () => "granted",
      (error: unknown) => error,
    ),
    turn().then(() => "waits"),
  ]);
}

it("costs a synchronous window no timer, and one of many a look at the clock", () => {
  const { lock, now, setTimer } = make();
  for (let i = 0; i < 1_000; i += 1) {
    lock.tryAcquire("window", { name: "loop" });
    lock.release();
  }
  expect(now.mock.calls.length).toBeLessThan(200);
  expect(setTimer).not.toHaveBeenCalled();
});

it("sets no timer for each wait: one lasts until it fires", async () => {
  const { lock, setTimer, scheduler } = make();
  for (let i = 0; i < 100; i += 1) {
    const waiting = lock.acquire("window", { name: "queued" });
    await waiting;
    lock.release();
  }
  await scheduler.drain();
  expect(setTimer).toHaveBeenCalledTimes(1);
});

it("sets its timer no more once nobody holds the lock or waits", async () => {
  const { clock, lock, setTimer } = make();
  await lock.acquire("window", { name: "queued" });
  lock.release();
  clock.advance(10_000);
  expect(setTimer).toHaveBeenCalledTimes(1);
});

it("times a wait out when it is due and not later, also where others began before", async () => {
  const { clock, lock } = make();
  lock.tryAcquire("window", { name: "holder" });
  const first = lock.acquire("window", { name: "first" });
  clock.advance(250);
  const second = lock.acquire("window", { name: "second" });
  clock.advance(749);
  expect(await stateOf(first)).toBe("waits");
  clock.advance(1);
  expect(await stateOf(first)).toMatchObject({ code: "LOCK_TIMEOUT", waiter: "first", holder: "holder" });
  clock.advance(249);
  expect(await stateOf(second)).toBe("waits");
  clock.advance(1);
  expect(await stateOf(second)).toMatchObject({ waiter: "second", message: expect.stringContaining("1000 ms") });
  lock.release();
  expect(lock.isIdle).toBe(true);
});

it("waits for ever where there is no time limit", async () => {
  const { clock, lock } = make({ lockTimeoutMs: 0 });
  lock.tryAcquire("window", { name: "holder" });
  const waiting = lock.acquire("window", { name: "patient" });
  clock.advance(1e9);
  expect(await stateOf(waiting)).toBe("waits");
  lock.release();
  expect(await stateOf(waiting)).toBe("granted");
});

it("reports a hold that goes on when it is due, once, also where a later timer was set already", async () => {
  const { clock, lock, onSlowHold } = make();
  // A hold and a wait, so that the watch waits for the wait's time limit only.
  lock.tryAcquire("window", { name: "first" });
  void lock.acquire("window", { name: "second" });
  clock.advance(400);
  lock.release();
  await turn();
  lock.watchHolder();
  onSlowHold.mockClear();
  clock.advance(299);
  expect(onSlowHold).not.toHaveBeenCalled();
  clock.advance(1);
  clock.advance(5_000);
  lock.release();
  expect(onSlowHold).toHaveBeenCalledExactlyOnceWith({ name: "second" }, 300);
});

it("reports at its end a hold that kept the whole process busy, so that no timer could fire", () => {
  const { clock, now, lock, onSlowHold } = make();
  lock.tryAcquire("event", { name: "busy" });
  const start = clock.now();
  now.mockReturnValue(start + 2_000);
  lock.release();
  expect(onSlowHold).toHaveBeenCalledExactlyOnceWith({ name: "busy" }, 2_000);
});

it("reports so a synchronous window too, of a lock that was free or waited for", async () => {
  const { clock, now, lock, scheduler, onSlowHold } = make();
  const hold = (): void => {
    now.mockReturnValue(clock.now() + 2_000);
    lock.release();
  };
  lock.tryAcquire("window", { name: "free" });
  hold();
  await scheduler.drain();
  void lock.acquire("window", { name: "parked" });
  await scheduler.drain();
  hold();
  expect(onSlowHold.mock.calls).toEqual([
    [{ name: "free" }, 2_000],
    [{ name: "parked" }, 2_000],
  ]);
});

it.each([Number.NaN, -1, Infinity])("takes a time limit of %s as none", async (lockTimeoutMs) => {
  const { clock, lock } = make({ lockTimeoutMs });
  lock.tryAcquire("window", { name: "holder" });
  const waiting = lock.acquire("window", { name: "patient" });
  clock.advance(1e9);
  expect(await stateOf(waiting)).toBe("waits");
  lock.release();
  expect(await stateOf(waiting)).toBe("granted");
});

it("does not blame a quick holder for one before it", () => {
  const { clock, lock, onSlowHold } = make();
  lock.tryAcquire("event", { name: "slow" });
  clock.advance(500);
  lock.release();
  lock.tryAcquire("event", { name: "quick" });
  lock.release();
  lock.tryAcquire("event", { name: "slow again" });
  clock.advance(500);
  lock.release();
  expect(onSlowHold.mock.calls.map(([holder]) => holder.name)).toEqual(["slow", "slow again"]);
});

it("warns of an event that waits long, and grants it all the same; of those behind it only when they are first", async () => {
  const { clock, lock, onSlowWait } = make();
  lock.tryAcquire("window", { name: "holder" });
  const events = ["e1", "e2"].map((name) => lock.acquire("event", { name }));
  clock.advance(5_000);
  expect(onSlowWait).toHaveBeenCalledExactlyOnceWith("e1", "holder", 300);
  lock.release();
  expect(await stateOf(events[0]!)).toBe("granted");
  clock.advance(300);
  expect(onSlowWait).toHaveBeenLastCalledWith("e2", "e1", 5_300);
  lock.release();
  expect(await stateOf(events[1]!)).toBe("granted");
  lock.release();
});

it("keeps going where a report throws", async () => {
  const { clock, lock, onSlowHold } = make();
  onSlowHold.mockImplementation(() => {
    throw new Error("the logger is broken");
  });
  lock.tryAcquire("event", { name: "slow" });
  const next = lock.acquire("window", { name: "next" });
  expect(() => clock.advance(500)).toThrow("the logger is broken");
  lock.release();
  expect(await stateOf(next)).toBe("granted");
  lock.tryAcquire("event", { name: "busy" });
  lock.release();
  expect(lock.isIdle).toBe(true);
});

it("runs who waited in its own async context, never within the release", async () => {
  const { lock } = make();
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  lock.tryAcquire("window", { name: "holder" });
  const waiting = storage.run("waiter", async () => {
    await lock.acquire("window", { name: "waiter" });
    seen.push(storage.getStore());
    lock.release();
  });
  storage.run("releaser", () => lock.release());
  expect(seen).toEqual([]);
  expect(lock.holder?.name).toBe("waiter");
  await waiting;
  expect(seen).toEqual(["waiter"]);
});

it("forgets its place at the scheduler with its last waiter, and cancels nothing that was granted", async () => {
  const { lock, scheduler } = make();
  const resume = vi.spyOn(lock, "resume");
  const parked = lock.enqueue("window", { name: "parked" });
  expect(parked.cancel("gone")).toBe(true);
  await expect(parked.promise).rejects.toBe("gone");
  await scheduler.drain();
  expect(resume).not.toHaveBeenCalled();
  const granted = lock.enqueue("window", { name: "granted" });
  await scheduler.drain();
  expect(granted.cancel("too late")).toBe(false);
  await granted.promise;
  expect(lock.holder?.name).toBe("granted");
  lock.release();
  expect(lock.isIdle).toBe(true);
});

it("holds nobody alive who was cancelled, timed out or granted", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const { clock, lock, scheduler } = make();
  lock.tryAcquire("window", { name: "holder" });
  const waiters: WeakRef<object>[] = [];
  (() => {
    for (let i = 0; i < 300; i += 1) {
      const holder = { name: String(i) };
      waiters.push(new WeakRef(holder));
      const waiting = lock.enqueue(i % 2 === 0 ? "event" : "window", holder);
      if (i < 100) waiting.cancel(undefined);
      waiting.promise.then(
        () => lock.release(),
        () => {},
      );
    }
  })();
  clock.advance(1_000);
  lock.release();
  await scheduler.drain();
  expect(lock.isIdle).toBe(true);
  await turn();
  collectGarbage();
  expect(waiters.filter((waiter) => waiter.deref() !== undefined)).toHaveLength(0);
});
