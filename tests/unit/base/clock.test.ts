import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { Deferred } from "../../../src/base/deferred.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const MAX_DELAY_MS = 2 ** 31 - 1;

it("tells the system's times", () => {
  expect(systemClock.wallNow()).toBe(Date.now());
  expect(systemClock.now()).toBe(performance.now());
});

it("calls back once, and not at all once it is cancelled", () => {
  const callback = vi.fn<() => void>();
  systemClock.setTimer(10, callback);
  const cancelled = systemClock.setTimer(10, callback);
  cancelled.cancel();
  vi.advanceTimersByTime(100);
  expect(callback).toHaveBeenCalledOnce();
  cancelled.cancel();
});

it("waits longer than the system's timers can", () => {
  const callback = vi.fn<() => void>();
  const ms = 2.5 * MAX_DELAY_MS;
  systemClock.setTimer(ms, callback);
  vi.advanceTimersByTime(Math.floor(ms) - 1);
  expect(callback).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2);
  expect(callback).toHaveBeenCalledOnce();
  const cancelled = systemClock.setTimer(ms, callback);
  vi.advanceTimersByTime(MAX_DELAY_MS + 1);
  cancelled.cancel();
  expect(vi.getTimerCount()).toBe(0);
});

it("keeps the process alive only where it is to", () => {
  vi.useRealTimers();
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  const before = timers();
  const set = [systemClock.setTimer(10_000, () => {}, false), systemClock.setTimer(2 ** 40, () => {}, false)];
  expect(timers()).toBe(before);
  set.push(systemClock.setTimer(10_000, () => {}));
  expect(timers()).toBe(before + 1);
  for (const timer of set) timer.cancel();
});

it("a deferred promise settles as it is told", async () => {
  const [kept, broken] = [new Deferred<number>(), new Deferred<number>()];
  kept.resolve(1);
  broken.reject(new Error("no"));
  expect(await kept.promise).toBe(1);
  await expect(broken.promise).rejects.toThrow("no");
});
