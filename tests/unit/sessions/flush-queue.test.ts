import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FlushQueue, type Flushable } from "../../../src/sessions/flush-queue.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Counts its flushes, each of which takes `costMs`. */
class Page implements Flushable {
  count = 0;
  costMs: number;
  constructor(costMs = 0) {
    this.costMs = costMs;
  }
  flush(): void {
    this.count += 1;
    vi.advanceTimersByTime(this.costMs);
  }
}

function makeQueue() {
  const onError = vi.fn<(error: unknown) => void>();
  const onReady = vi.fn<() => void>();
  const queue = new FlushQueue({ onError, onReady });
  const flush = (page: Flushable): void => {
    queue.markDirty(page);
    queue.flush(Infinity);
  };
  return { queue, flush, onError, onReady };
}

it("flushes the dirty once, in the order in which they were marked", () => {
  const { queue, onReady } = makeQueue();
  const order: string[] = [];
  const [a, b] = ["a", "b"].map((name) => ({ flush: () => void order.push(name) })) as [Flushable, Flushable];
  for (const page of [b, a, b, a]) queue.markDirty(page);
  expect(onReady).toHaveBeenCalledTimes(2);
  queue.flush(Infinity);
  queue.flush(Infinity);
  expect(order).toEqual(["b", "a"]);
  expect(queue.isEmpty).toBe(true);
});

it("leaves for the next call what becomes dirty in a flush", () => {
  const { queue } = makeQueue();
  let count = 0;
  const page: Flushable = {
    flush: () => {
      count += 1;
      queue.markDirty(page);
    },
  };
  queue.markDirty(page);
  queue.flush(Infinity);
  expect([count, queue.isReady]).toEqual([1, true]);
});

it("stops when its budget is spent, but flushes one at least", () => {
  const { queue } = makeQueue();
  const pages = [0, 1, 2].map(() => new Page(0.1));
  for (const page of pages) queue.markDirty(page);
  queue.flush(0.15);
  expect(pages.map((page) => page.count)).toEqual([1, 1, 0]);
  queue.flush(0);
  expect(queue.isEmpty).toBe(true);
});

it("reports a flush that throws, and flushes the others", () => {
  const { queue, onError } = makeQueue();
  const error = new Error("broken");
  const page = new Page();
  queue.markDirty({
    flush: () => {
      throw error;
    },
  });
  queue.markDirty(page);
  queue.flush(Infinity);
  expect(onError).toHaveBeenCalledExactlyOnceWith(error);
  expect(page.count).toBe(1);
});

it("never lets a cheap flush wait, nor what follows a single expensive one", () => {
  const { queue, flush } = makeQueue();
  const page = new Page(0.1);
  for (const costMs of [0.1, 0.1, 50, 0.1, 50, 0.1]) {
    page.costMs = costMs;
    const before = page.count;
    flush(page);
    expect(page.count).toBe(before + 1);
  }
  expect(queue.isEmpty).toBe(true);
});

it("lets a flushable rest after two expensive flushes in a row, for nine times what the cheaper of them took", () => {
  const { queue, flush, onReady } = makeQueue();
  const page = new Page(2);
  flush(page);
  page.costMs = 4;
  flush(page);
  flush(page);
  expect([page.count, queue.isReady, queue.isEmpty]).toEqual([2, false, false]);
  onReady.mockClear();
  vi.advanceTimersByTime(17);
  expect(onReady).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onReady).toHaveBeenCalledOnce();
  queue.flush(Infinity);
  expect(page.count).toBe(3);
});

it("counts the rest from the flush, not from the mark", () => {
  const { flush } = makeQueue();
  const page = new Page(2);
  flush(page);
  flush(page);
  vi.advanceTimersByTime(18);
  flush(page);
  expect(page.count).toBe(3);
});

it("bounds a rest", () => {
  const { queue, flush } = makeQueue();
  const page = new Page(500);
  for (let i = 0; i < 3; i += 1) flush(page);
  expect(page.count).toBe(2);
  vi.advanceTimersByTime(250);
  queue.flush(Infinity);
  expect(page.count).toBe(3);
});

it("keeps what ever more expensive flushes take to a tenth of the time", () => {
  const { queue } = makeQueue();
  const page = new Page(0.01);
  let spentMs = 0;
  // A text that grows: a token a millisecond, and each flush costs more than the one before.
  const start = performance.now();
  for (let token = 0; token < 20_000; token += 1) {
    page.costMs = token / 5_000;
    queue.markDirty(page);
    const before = page.count;
    queue.flush(Infinity);
    spentMs += (page.count - before) * page.costMs;
    vi.advanceTimersByTime(1);
  }
  expect(spentMs / (performance.now() - start)).toBeLessThan(0.15);
  expect(page.count).toBeGreaterThan(500);
});

it("tells when flushables are clean: at once, or after their flush, whoever else is dirty", () => {
  const { queue } = makeQueue();
  const [clean, dirty, late] = [new Page(), new Page(), new Page()];
  const done = vi.fn<() => void>();
  queue.whenFlushed([clean], done);
  expect(done).toHaveBeenCalledOnce();
  queue.markDirty(dirty);
  queue.markDirty(late);
  queue.whenFlushed([clean, dirty], done);
  expect(done).toHaveBeenCalledOnce();
  queue.flush(0);
  expect(done).toHaveBeenCalledTimes(2);
  expect(late.count).toBe(0);
});

it("ends the rest of those that are waited for", () => {
  const { queue, flush } = makeQueue();
  const page = new Page(5);
  for (let i = 0; i < 3; i += 1) flush(page);
  const done = vi.fn<() => void>();
  queue.whenFlushed([page], done);
  queue.flush(Infinity);
  expect(page.count).toBe(3);
  expect(done).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

it("forgets a flushable: dirty, resting or waited for", () => {
  const { queue, flush } = makeQueue();
  const dirty = new Page();
  const resting = new Page(5);
  for (let i = 0; i < 3; i += 1) flush(resting);
  queue.markDirty(dirty);
  const done = vi.fn<() => void>();
  queue.whenFlushed([dirty], done);
  queue.forget(dirty);
  queue.forget(resting);
  expect(done).toHaveBeenCalledOnce();
  expect(queue.isEmpty).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
  queue.flush(Infinity);
  expect([dirty.count, resting.count]).toEqual([0, 2]);
});

it("gathers what nobody waits for, for half a frame after the last flush, and has it on its way within a frame", () => {
  const { queue, flush } = makeQueue();
  const page = new Page();
  queue.markSoon(page);
  expect(queue.isReady, "the first at once").toBe(true);
  queue.flush(Infinity);
  queue.markSoon(page);
  vi.advanceTimersByTime(7);
  queue.markSoon(page);
  expect([queue.isReady, queue.isEmpty]).toEqual([false, false]);
  vi.advanceTimersByTime(16 - 7);
  expect(queue.isReady).toBe(true);
  queue.flush(Infinity);
  expect([page.count, queue.isEmpty, vi.getTimerCount()]).toEqual([2, true, 0]);
  flush(page);
  vi.advanceTimersByTime(8);
  queue.markSoon(page);
  expect(queue.isReady, "after a pause at once again").toBe(true);
});

it("gathers no longer once somebody waits, or it has gone", () => {
  const { queue, flush } = makeQueue();
  const [answered, awaited, hurried, gone] = [new Page(), new Page(), new Page(), new Page()];
  for (const page of [answered, awaited, hurried, gone]) flush(page);
  for (const page of [answered, awaited, hurried, gone]) queue.markSoon(page);
  queue.forget(gone);
  queue.markDirty(answered);
  const done = vi.fn<() => void>();
  queue.whenFlushed([awaited], done);
  queue.flush(Infinity);
  expect([answered.count, awaited.count, hurried.count]).toEqual([2, 2, 1]);
  expect(done).toHaveBeenCalledOnce();
  queue.hurry();
  queue.flush(Infinity);
  expect([hurried.count, gone.count, queue.isEmpty]).toEqual([2, 1, true]);
  vi.advanceTimersByTime(4);
  expect(vi.getTimerCount()).toBe(0);
  for (const page of [answered, awaited]) queue.markSoon(page);
  queue.clear();
  expect([queue.isEmpty, vi.getTimerCount()]).toEqual([true, 0]);
});
