import { expect, it } from "vitest";
import { ImmutableStateError } from "../../../src/base/errors.ts";
import { FrozenDate } from "../../../src/data/frozen-date.ts";
import { FrozenMap } from "../../../src/data/frozen-map.ts";
import { FrozenSet } from "../../../src/data/frozen-set.ts";

it("frozen collections read like others and refuse writes with what to do instead", () => {
  const map = new FrozenMap([["a", 1]]);
  const set = new FrozenSet([1]);
  expect([map.get("a"), map.size, [...map], set.has(1), [...set]]).toEqual([1, 1, [["a", 1]], true, [1]]);
  for (const write of [
    () => map.set("b", 2),
    () => map.delete("a"),
    () => map.clear(),
    () => set.add(2),
    () => set.delete(1),
    () => set.clear(),
  ]) {
    expect(write).toThrow(ImmutableStateError);
    expect(write).toThrow(/await this\.lock\(.*in the page, call an event/);
  }
  expect([map.size, set.size]).toEqual([1, 1]);
});

it("a frozen date refuses every setter that dates have", () => {
  const date = new FrozenDate(5);
  const setters = Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith("set"));
  expect(setters.length).toBeGreaterThan(14);
  for (const name of setters) {
    expect(() => (date as unknown as Record<string, (ms: number) => void>)[name]!(1), name).toThrow(
      ImmutableStateError,
    );
  }
  expect(date.getTime()).toBe(5);
  expect(date.toISOString()).toBe("1970-01-01T00:00:00.005Z");
});
