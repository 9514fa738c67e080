import { AsyncLocalStorage } from "node:async_hooks";
import { afterEach, expect, it, vi } from "vitest";
import { Scheduler, type Flushable, type Parked } from "../../../src/sessions/scheduler.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A scheduler whose turn is spent after the first grant (0), or never (Infinity): no test depends on how fast the machine is. */
function makeScheduler(budgetMs: number) {
  const onError = vi.fn<(error: unknown) => void>();
  return { scheduler: new Scheduler({ onError, budgetMs }), onError };
}

/** Parked work that notes its name when it is resumed. */
function work(log: string[], name: string, hasWaitingEvent = false, then: (self: Parked) => void = () => {}): Parked {
  const self: Parked = {
    hasWaitingEvent,
    isHeld: false,
    resume: () => {
      log.push(name);
      then(self);
    },
  };
  return self;
}

const page = (log: string[], name: string): Flushable => ({ flush: () => void log.push(name) });

it("grants while the turn's budget lasts, and again in the next turn", async () => {
  const { scheduler } = makeScheduler(0);
  for (let i = 0; i < 3; i += 1) {
    expect([scheduler.tryRun(), scheduler.tryRun(), scheduler.tryRun()]).toEqual([true, false, false]);
    await turn();
  }
});

it("spends a budget of time, however cheap grants are", () => {
  const { scheduler } = makeScheduler(1);
  const start = performance.now();
  let grants = 0;
  while (scheduler.tryRun()) grants += 1;
  expect(performance.now() - start).toBeGreaterThanOrEqual(1);
  expect(grants).toBeGreaterThan(64);
});

it("notices at once, early in a turn, that what runs takes long", () => {
  const { scheduler } = makeScheduler(1);
  let now = 1;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  let grants = 0;
  while (scheduler.tryRun()) {
    grants += 1;
    now += 5;
  }
  expect(grants).toBe(1);
});

it("looks at the clock at every 64th grant at the least, and more often where grants take longer", () => {
  const { scheduler } = makeScheduler(1);
  let now = 1;
  const looks = vi.spyOn(performance, "now").mockImplementation(() => now);
  let grants = 0;
  for (; scheduler.tryRun(); grants += 1) now += 1e-4;
  const cheap = grants / looks.mock.calls.length;
  expect(cheap).toBeGreaterThan(32);
  expect(cheap).toBeLessThanOrEqual(64);
  expect(now).toBeLessThan(2.1);
});

it("grows the number of grants between looks slowly: what becomes slow is noticed after as many grants as were quick", () => {
  const { scheduler } = makeScheduler(1);
  let now = 1;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  let slow = 0;
  for (let grants = 0; scheduler.tryRun(); grants += 1) {
    if (grants >= 4) slow += 1;
    now += grants < 4 ? 1e-4 : 5;
  }
  expect(slow).toBeGreaterThan(0);
  expect(slow).toBeLessThanOrEqual(4);
});

it("begins a turn with the first grant after idling, however many were planned before", async () => {
  const { scheduler } = makeScheduler(Infinity);
  for (let i = 0; i < 100; i += 1) scheduler.tryRun();
  await scheduler.drain();
  const immediates = vi.spyOn(globalThis, "setImmediate");
  scheduler.tryRun();
  expect(immediates).toHaveBeenCalledOnce();
});

it("resumes sessions with events, then flushes, then sessions with windows", async () => {
  const { scheduler } = makeScheduler(Infinity);
  const log: string[] = [];
  scheduler.markDirty(page(log, "flush"));
  scheduler.park(work(log, "window 1"));
  scheduler.park(work(log, "event 1", true));
  scheduler.park(work(log, "window 2"));
  scheduler.park(work(log, "event 2", true));
  expect(log).toEqual([]);
  await scheduler.drain();
  expect(log).toEqual(["event 1", "event 2", "flush", "window 1", "window 2"]);
});

it("flushes in the same turn what the events of that turn have committed", async () => {
  const { scheduler } = makeScheduler(Infinity);
  const log: string[] = [];
  const subscriber = page(log, "flush");
  // As a lock does: the waiter runs some microtasks after it was resumed.
  const held: { -readonly [K in keyof Parked]: Parked[K] } = {
    hasWaitingEvent: true,
    isHeld: true,
    resume: () => {
      void (async () => {
        for (let i = 0; i < 5; i += 1) await undefined;
        log.push("event");
        scheduler.markDirty(subscriber);
        held.isHeld = false;
      })();
    },
  };
  scheduler.park(held);
  let turns = 0;
  setImmediate(() => {
    turns += 1;
    log.push("next turn's immediate");
  });
  await scheduler.drain();
  expect(log.slice(0, 2)).toEqual(["event", "flush"]);
  expect(turns).toBe(1);
});

it("moves a parked session forward when an event begins to wait for it, and takes it out on request", async () => {
  const { scheduler } = makeScheduler(Infinity);
  const log: string[] = [];
  const urgent = { ...work(log, "urgent"), hasWaitingEvent: false };
  const gone = work(log, "gone");
  scheduler.park(work(log, "window"));
  scheduler.park(gone);
  scheduler.park(urgent);
  urgent.hasWaitingEvent = true;
  scheduler.park(urgent);
  scheduler.park(urgent);
  scheduler.unpark(gone);
  await scheduler.drain();
  expect(log).toEqual(["urgent", "window"]);
});

it("starves no kind: in a turn that is spent at once, one of each still has its turn", async () => {
  const { scheduler } = makeScheduler(0);
  const log: string[] = [];
  for (let i = 1; i <= 2; i += 1) {
    scheduler.park(work(log, `event ${i}`, true));
    scheduler.park(work(log, `window ${i}`));
    scheduler.markDirty(page(log, `flush ${i}`));
  }
  await scheduler.drain();
  expect(log).toEqual(["event 1", "flush 1", "window 1", "event 2", "flush 2", "window 2"]);
});

it("gives every session its turn before any has a second one", async () => {
  const { scheduler } = makeScheduler(1);
  const log: string[] = [];
  let rounds = 0;
  const names = Array.from({ length: 50 }, (_, index) => String(index));
  for (const name of names) {
    scheduler.park(
      work(log, name, false, (self) => {
        if (rounds < 3) scheduler.park(self);
        if (name === "49") rounds += 1;
      }),
    );
  }
  await scheduler.drain();
  expect(log).toEqual([...names, ...names, ...names, ...names.slice(0, log.length - 150)]);
});

it("lets timers and immediates run while sessions are parked for ever", async () => {
  const { scheduler } = makeScheduler(1);
  let isOver = false;
  const log: string[] = [];
  const again = (self: Parked): void => {
    if (!isOver) scheduler.park(self);
  };
  for (let i = 0; i < 100; i += 1) scheduler.park(work(log, "window", false, again));
  for (let i = 0; i < 100; i += 1) scheduler.park(work(log, "event", true, again));
  for (let i = 0; i < 5; i += 1) {
    await turn();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  isOver = true;
  await scheduler.drain();
  expect(log.filter((name) => name === "window").length).toBeGreaterThan(10);
});

it("arms its pump once a turn, and not at all once nothing is left to do", async () => {
  const { scheduler } = makeScheduler(Infinity);
  const immediates = vi.spyOn(globalThis, "setImmediate");
  for (let i = 0; i < 1_000; i += 1) scheduler.tryRun();
  expect(immediates).toHaveBeenCalledTimes(1);
  await scheduler.drain();
  immediates.mockClear();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(immediates).not.toHaveBeenCalled();
  expect(process.getActiveResourcesInfo()).not.toContain("Immediate");
});

it("runs in the async context in which it was made, not in that of who has something to flush", async () => {
  const storage = new AsyncLocalStorage<string>();
  const scheduler = storage.run("app", () => new Scheduler({ onError: () => {}, budgetMs: Infinity }));
  const seen: (string | undefined)[] = [];
  storage.run("handler", () => scheduler.markDirty({ flush: () => void seen.push(storage.getStore()) }));
  await scheduler.drain();
  expect(seen).toEqual(["app"]);
});

it("reports a flush that throws, and goes on", async () => {
  const { scheduler, onError } = makeScheduler(Infinity);
  const log: string[] = [];
  const error = new Error("broken");
  scheduler.markDirty({
    flush: () => {
      throw error;
    },
  });
  scheduler.markDirty(page(log, "flush"));
  scheduler.park(work(log, "window"));
  await scheduler.drain();
  expect(onError).toHaveBeenCalledExactlyOnceWith(error);
  expect(log).toEqual(["flush", "window"]);
});

it("tells when flushables have been flushed, though others stay dirty for ever", async () => {
  const { scheduler } = makeScheduler(0);
  const log: string[] = [];
  let isOver = false;
  const noisy = Array.from({ length: 3 }, () => {
    const self: Flushable = {
      flush: () => {
        if (!isOver) scheduler.markDirty(self);
      },
    };
    return self;
  });
  for (const one of noisy) scheduler.markDirty(one);
  const mine = page(log, "mine");
  scheduler.markDirty(mine);
  await scheduler.flushed([mine]);
  expect(log).toEqual(["mine"]);
  isOver = true;
  await scheduler.drain();
});

it("lets others have their turn also where there is nothing to flush", async () => {
  const { scheduler } = makeScheduler(Infinity);
  let isImmediateRun = false;
  setImmediate(() => {
    isImmediateRun = true;
  });
  await scheduler.flushed([]);
  expect(isImmediateRun).toBe(true);
});

it("settles who waits for a flush when the flushable has gone, and when the scheduler is disposed of", async () => {
  const { scheduler } = makeScheduler(Infinity);
  const log: string[] = [];
  const [gone, left] = [page(log, "gone"), page(log, "left")];
  scheduler.markDirty(gone);
  const first = scheduler.flushed([gone]);
  scheduler.forget(gone);
  await first;
  scheduler.markDirty(left);
  const all = Promise.all([scheduler.flushed([left]), scheduler.drain()]);
  scheduler.dispose();
  await all;
  expect(log).toEqual([]);
  // What still runs is not stuck.
  expect(scheduler.tryRun()).toBe(true);
  await scheduler.drain();
});

it("is drained when nothing is parked or dirty, and waits for a rest without turning in circles", async () => {
  const { scheduler } = makeScheduler(Infinity);
  const log: string[] = [];
  const slow: Flushable = {
    flush: () => {
      log.push("slow");
      for (const start = performance.now(); performance.now() - start < 3;);
    },
  };
  for (let i = 0; i < 2; i += 1) {
    scheduler.markDirty(slow);
    await scheduler.drain();
  }
  scheduler.markDirty(slow);
  expect(log).toHaveLength(2);
  const immediates = vi.spyOn(globalThis, "setImmediate");
  await scheduler.drain();
  expect(log).toHaveLength(3);
  expect(immediates.mock.calls.length).toBeLessThan(5);
});
