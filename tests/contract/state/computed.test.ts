import { expect, it } from "vitest";
import { event, State, type Background } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";

const runs: Record<string, number> = {};
const count = (name: string): void => {
  runs[name] = (runs[name] ?? 0) + 1;
};

class OtherState extends State {
  factor = 2;
  @event setFactor(factor: number) {
    this.factor = factor;
  }
}

class SumState extends State {
  items = [1, 2, 3];
  rows = [1, 2, 3].map((id) => ({ id, done: false, due: new Date(id) }));
  selectedId = 2;
  label = "sum";
  unrelated = 0;
  _offset = 10;
  mode: "fine" | "throw" | "promise" | "write" | "function" = "fine";

  get total() {
    count("total");
    return this.items.reduce((sum, n) => sum + n, 0);
  }
  get labelled() {
    count("labelled");
    return `${this.label}: ${this.total}`;
  }
  get shifted() {
    count("shifted");
    return this.total + this._offset;
  }
  get scaled() {
    count("scaled");
    return this.total * this.getState(OtherState).factor;
  }
  get selected() {
    count("selected");
    return this.rows.find((row) => row.id === this.selectedId);
  }
  get due() {
    return this.selected?.due;
  }
  get here() {
    count("here");
    return this.router.page.path;
  }
  get big() {
    count("big");
    return this.items.filter((n) => n > 1).map((n) => ({ n }));
  }
  get risky(): unknown {
    count("risky");
    if (this.mode === "throw") throw new Error("risky failed");
    if (this.mode === "promise") return Promise.reject(new Error("async"));
    if (this.mode === "write") (this as { label: string }).label = "written";
    if (this.mode === "function") return () => {};
    return this.items.length;
  }
  get _backend() {
    count("_backend");
    return this.items.length;
  }

  @event add(n: number) {
    this.items.push(n);
  }
  @event touch() {
    this.unrelated += 1;
  }
  @event rename(label: string) {
    this.label = label;
  }
  @event shift(offset: number) {
    this._offset = offset;
  }
  @event setMode(mode: SumState["mode"]) {
    this.mode = mode;
  }
  @event inside() {
    const before = this.total;
    this.items.push(10);
    const after = [this.total, this.total];
    this.items[0] = 100;
    return [before, ...after, this.total, this.big.length, this._backend];
  }
  @event removeSelected() {
    this.rows = this.rows.filter((row) => row !== this.selected);
  }
  @event *finishSelected() {
    const { selected } = this;
    this.selected!.done = true;
    const seen: unknown[] = [this.rows[1]!.done, selected === this.selected, this.rows.indexOf(this.selected!)];
    yield;
    this.selected!.due.setTime(50);
    seen.push(selected === this.rows[1], this.due === this.rows[1]!.due, this.due!.getTime());
    this.selectedId = 3;
    seen.push(this.selected === this.rows[2], this.big === this.big);
    return seen;
  }
  @event({ background: true }) async keepSelected(this: Background<SumState>) {
    const kept = await this.lock((self) => ({ self: self.selected }));
    expect(kept.self).toBe(this.selected);
    expect(() => ((this.selected as { done: boolean }).done = true)).toThrow(/read-only/);
    let self!: SumState;
    await this.lock((inner) => ((self = inner), inner.selected?.id));
    expect(() => (self.selected!.done = true)).toThrow(/read-only|after its lock window/);
    expect(self.selected).toEqual(this.selected);
  }
  @event readRisky() {
    return this.risky;
  }
}

async function open() {
  const test = createTestApp({ states: [SumState, OtherState] });
  const page = test.connect({ path: "/start" });
  const state = page.state(SumState);
  const other = page.state(OtherState);
  await test.settle();
  return { test, page, state, other, [Symbol.asyncDispose]: () => test.close() };
}

/** How often each computed var ran during `action`. */
async function counted(action: () => Promise<unknown>): Promise<Record<string, number>> {
  for (const name of Object.keys(runs)) delete runs[name];
  await action();
  return { ...runs };
}

it("2.1.3 computed vars are sent like vars", async () => {
  await using run = await open();
  expect([
    run.state.total,
    run.state.labelled,
    run.state.shifted,
    run.state.scaled,
    run.state.here,
    run.state.big,
  ]).toEqual([6, "sum: 6", 16, 12, "/start", [{ n: 2 }, { n: 3 }]]);
  await run.state.add(4);
  expect([run.state.total, run.state.labelled, run.state.scaled]).toEqual([10, "sum: 10", 20]);
});

it("2.1.3 they are recomputed only when something that they read has changed: vars, _vars, the router, other states", async () => {
  await using run = await open();
  expect(await counted(() => run.state.touch())).toEqual({});
  expect(await counted(() => run.state.rename("Sum"))).toEqual({ labelled: 1 });
  expect(await counted(() => run.state.shift(1))).toEqual({ shifted: 1 });
  expect(await counted(() => run.other.setFactor(3))).toEqual({ scaled: 1 });
  expect(await counted(() => run.state.setMode("fine"))).toEqual({});
  expect(await counted(() => run.state.add(1))).toEqual({
    total: 1,
    labelled: 1,
    shifted: 1,
    scaled: 1,
    big: 1,
    risky: 1,
  });
});

it("2.1.3 one that is a part of the state is that part where the lock is held: the same object, and writable", async () => {
  await using run = await open();
  expect(await run.state.finishSelected()).toEqual([true, true, 1, true, true, 50, true, true]);
  expect(run.state.rows[1]).toEqual({ id: 2, done: true, due: new Date(50) });
  expect(run.state.selected).toEqual(run.state.rows[2]);
  await run.state.removeSelected();
  expect(run.state.rows.map(({ id }) => id)).toEqual([1, 2]);
  expect(run.state.selected).toBeUndefined();
});

it("2.1.3 one that is a part of the state is computed once for each transaction that reads it, and read-only without the lock", async () => {
  await using run = await open();
  await run.state.keepSelected();
  await run.test.settle();
  expect(run.test.errors).toEqual([]);
  expect(await counted(() => run.state.removeSelected())).toEqual({ selected: 2 });
});

it("2.1.3 within a transaction they follow what was written, and are cached between writes", async () => {
  await using run = await open();
  const counts = await counted(async () => expect(await run.state.inside()).toEqual([6, 16, 16, 115, 4, 4]));
  // Once for each of the two writes; the last one's value is carried over to what is sent.
  expect(counts).toMatchObject({ total: 2, _backend: 1, big: 1 });
  expect(run.state.total).toBe(115);
});

it.each([
  ["throw", /risky failed/],
  ["promise", /SumState\.risky gives a promise/],
  ["write", /must not write/],
  ["function", /SumState\.risky is a function/],
] as const)(
  "2.1.3 one that does %s is reported by name; reading it rethrows, the page keeps its last value",
  async (mode, message) => {
    await using run = await open();
    expect(run.state.risky).toBe(3);
    await run.state.setMode(mode);
    expect(run.state.mode).toBe(mode);
    expect(run.state.risky).toBe(3);
    const reported = run.test.errors.filter(({ info }) => info.kind === "computed");
    expect(reported.map(({ error, info }) => [info.name, String(error)])).toEqual([
      ["SumState.risky", expect.stringMatching(message)],
    ]);
    await expect(run.state.readRisky()).rejects.toMatchObject({ code: "EVENT_FAILED" });
    expect(String(run.test.errors.at(-1)!.error)).toMatch(message);
    await run.state.setMode("fine");
    await run.state.add(1);
    expect(run.state.risky).toBe(4);
    expect(run.state.label).toBe("sum");
  },
);
