import { expect, it } from "vitest";
import { ManualClock } from "../../../src/testing/index.ts";

it("stands still until it is moved, and moves both its times alike", () => {
  const clock = new ManualClock(1_000);
  expect([clock.now(), clock.wallNow()]).toEqual([0, 1_000]);
  clock.advance(250);
  expect([clock.now(), clock.wallNow()]).toEqual([250, 1_250]);
});

it("fires timers in the order in which they are due, those due together in the order in which they were set, each at its time", () => {
  const clock = new ManualClock();
  const fired: [string, number][] = [];
  const set = (name: string, ms: number): unknown => clock.setTimer(ms, () => fired.push([name, clock.now()]));
  set("late", 20);
  set("first", 10);
  set("second", 10);
  set("not yet", 31);
  clock.advance(30);
  expect(fired).toEqual([
    ["first", 10],
    ["second", 10],
    ["late", 20],
  ]);
  expect([clock.now(), clock.pendingTimers]).toEqual([30, 1]);
});

it("fires what is set on the way if it is due", () => {
  const clock = new ManualClock();
  const fired: number[] = [];
  const tick = (): void => {
    fired.push(clock.now());
    clock.setTimer(10, tick);
  };
  clock.setTimer(10, tick);
  clock.advance(35);
  expect(fired).toEqual([10, 20, 30]);
});

it("never fires a timer that was cancelled, also on the way", () => {
  const clock = new ManualClock();
  const fired: string[] = [];
  const victim = clock.setTimer(10, () => fired.push("victim"));
  clock.setTimer(5, () => victim.cancel());
  clock.setTimer(5, () => fired.push("other")).cancel();
  clock.advance(20);
  victim.cancel();
  expect([fired, clock.pendingTimers]).toEqual([[], 0]);
});

it("moves to the next timer only where one is due, and counts those that keep a process alive", () => {
  const clock = new ManualClock();
  clock.setTimer(10, () => {}, false);
  clock.setTimer(15, () => {});
  expect(clock.pendingTimers).toBe(1);
  expect(clock.fireNext(9)).toBeUndefined();
  expect(clock.now()).toBe(0);
  expect(clock.fireNext(10)).toBe(10);
  expect(clock.fireNext(10)).toBe(5);
  expect(clock.fireNext(1e9)).toBeUndefined();
  expect(clock.now()).toBe(15);
});
