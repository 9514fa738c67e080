import { expect, it } from "vitest";
import { event, State } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";

class GrowState extends State {
  numbers = [3, 1, 2];
  rows = [{ tags: [] as string[] }, { tags: [] as string[] }];
  byId = new Map([[7, { tags: [] as string[] }]]);
  mixed: unknown = null;

  @event run() {
    return program(this);
  }
}

let program: (self: GrowState) => unknown = () => {};

async function open() {
  const test = createTestApp({ states: [GrowState] });
  const state = test.connect().state(GrowState);
  await test.settle();
  const run = (code: typeof program): Promise<unknown> => {
    program = code;
    return state.run();
  };
  return { test, state, run, [Symbol.asyncDispose]: () => test.close() };
}

it.each<[what: string, code: (self: GrowState) => void, path: string]>([
  ["an index far beyond the end", (self) => (self.numbers[4e9] = 1), "GrowState.numbers[4000000000]"],
  ["a huge length", (self) => (self.numbers.length = 1e9), "GrowState.numbers.length"],
  ["one within others", (self) => (self.rows[1]!.tags[2_000] = "x"), "GrowState.rows[1].tags[2000]"],
  ["one within a Map", (self) => (self.byId.get(7)!.tags[2_000] = "x"), "GrowState.byId.get(7).tags[2000]"],
  ["one of a new array", (self) => ((self.mixed = [1]), ((self.mixed as number[])[4e9] = 1)), "GrowState.mixed"],
])("2.1.4 %s is refused at once, with its path: an array has no holes", async (_, code, path) => {
  await using run = await open();
  await expect(run.run(code)).rejects.toMatchObject({ code: "EVENT_FAILED" });
  const { error } = run.test.errors.at(-1)!;
  expect(error).toMatchObject({ code: "STATE_SERIALIZATION", path });
  expect(run.state.numbers).toEqual([3, 1, 2]);
});

it("2.1.4 arrays grow at their end, within bounds beyond it, and refuse what is no length", async () => {
  await using run = await open();
  const lengths = await run.run((self) => {
    self.numbers[self.numbers.length] = 4;
    self.numbers[1_000] = 5;
    const grown = self.numbers.length;
    for (const wrong of [-1, 1.5, NaN, 2 ** 32]) expect(() => (self.numbers.length = wrong)).toThrow(RangeError);
    self.numbers.length = 0;
    return [grown, self.numbers.length];
  });
  expect(lengths).toEqual([1_001, 0]);
  expect(run.state.numbers).toEqual([]);
});
