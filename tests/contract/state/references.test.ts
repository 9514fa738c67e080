import { expect, it } from "vitest";
import { event, ImmutableStateError, plain, State } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";

interface Row {
  id: number;
  done: boolean;
  tags: string[];
}

const row = (id: number): Row => ({ id, done: false, tags: [] });

class OtherState extends State {
  inbox: Row[] = [];
  current: Row | null = null;
}

class RefState extends State {
  // Before `rows` on purpose: vars are committed in the order of their declaration.
  members = new Set<Row>();
  first: Row | null = null;
  rows: Row[] = [row(1), row(2), row(3)];
  last: Row | null = null;
  archive: Row[] = [];
  numbers = [3, 1, 2];
  byId = new Map<number, Row>([[7, row(7)]]);
  names = new Set(["a", "b"]);
  record: Record<string, Row> = {};
  when = new Date(0);
  box: { child: Row; label: string } = { child: row(50), label: "" };
  mixed: unknown = null;

  @event run() {
    return program(this);
  }
  @event *steps() {
    return yield* steps(this);
  }
}

let program: (self: RefState) => unknown = () => {};
let steps: (self: RefState) => Generator<void, unknown> = function* () {};

async function open() {
  const test = createTestApp({ states: [RefState, OtherState] });
  const page = test.connect();
  const state = page.state(RefState);
  const other = page.state(OtherState);
  await test.settle();
  return {
    test,
    state,
    other,
    run: (code: typeof program) => {
      program = code;
      return state.run();
    },
    steps: (code: typeof steps) => {
      steps = code;
      return state.steps();
    },
    [Symbol.asyncDispose]: () => test.close(),
  };
}

it("2.1.4 every method of an array does what it does to an array", async () => {
  await using run = await open();
  const all = (list: number[]): unknown[] => [
    list.push(5, 4),
    list.pop(),
    list.unshift(9, 8),
    list.shift(),
    list.splice(1, 2, 70, 71, 72),
    list.splice(-1),
    list.sort((a, b) => a - b),
    list.reverse(),
    list.fill(0, 1, 2),
    list.copyWithin(0, 2),
    (list[5] = 6),
    (list.length = 5),
    list.slice(),
    [list.indexOf(6), list.lastIndexOf(0), list.includes(NaN), list.at(-2), list.findLast((n) => n > 0)],
    [list.toSorted(), list.toReversed(), list.with(0, 1), list.toSpliced(0, 1), list.concat([1], 2), list.flat()],
    [Object.keys(list), Object.entries(list), [...list.entries()], 3 in list, 30 in list, Array.isArray(list)],
    [Array.from(list), structuredClone([...list]), JSON.stringify(list), String(list), list.join("-")],
    [list.reduce((sum, n) => sum + n, 0), list.some((n) => n === 6), list.every(Boolean)],
    [list.flatMap((n) => [n, n]), list.findIndex((n) => n === 2), list.findLastIndex((n) => n === 2)],
  ];
  const oracle = [3, 1, 2];
  expect(await run.run((self) => all(self.numbers).map((result) => plain(result)))).toEqual(
    all(oracle).map((result) => plain(result)),
  );
  expect(run.state.numbers).toEqual(oracle);
});

it("2.1.4 an array of the state has no holes: deleting an item, or growing the length, gives undefined", async () => {
  await using run = await open();
  await run.run((self) => {
    delete self.numbers[0];
    self.numbers.length = 4;
    self.numbers[5] = 9;
  });
  expect(Object.keys(run.state.numbers)).toHaveLength(6);
  expect(run.state.numbers).toEqual([undefined, 1, 2, undefined, undefined, 9]);
});

it("2.1.4 every method of a Map, a Set and a Date does what it does to theirs", async () => {
  await using run = await open();
  const keyed = (map: Map<number, unknown>, set: Set<string>): unknown[] => {
    const seen: unknown[] = [];
    map.set(1, "one").set(2, "two").set(7, "seven");
    map.delete(1);
    map.set(1, "last");
    map.forEach((value, key) => seen.push([key, value]));
    for (const [key] of map) if (key < 10) map.set(key + 10, "added meanwhile");
    seen.push([...map], [...map.keys()], [...map.values()], map.size, map.has(7), map.get(99), map instanceof Map);
    set.add("c").add("a").delete("b");
    set.add("b");
    set.forEach((member) => seen.push(member));
    seen.push([...set], [...set.entries()], set.size, set.has("z"), set instanceof Set, set.delete("z"));
    for (const [key] of map) {
      seen.push(key);
      if (key === 7) map.clear();
    }
    map.set(5, null);
    set.clear();
    set.add("only");
    seen.push([...map], [...set]);
    return seen;
  };
  const oracle = keyed(new Map<number, unknown>([[7, row(7)]]), new Set(["a", "b"]));
  expect(plain(await run.run((self) => keyed(self.byId as Map<number, unknown>, self.names)))).toEqual(oracle);
  expect([[...run.state.byId], [...run.state.names]]).toEqual([[[5, null]], ["only"]]);
  await run.run((self) => {
    self.when.setUTCFullYear(2020, 1, 29);
    self.when.setUTCHours(12);
  });
  expect(run.state.when).toEqual(new Date(Date.UTC(2020, 1, 29, 12)));
});

it("2.1.4 what is found is the item itself: identity, search, filter, destructuring and spread", async () => {
  await using run = await open();
  const result = await run.run((self) => {
    const [one, two] = self.rows;
    const found = self.rows.find(({ id }) => id === 2)!;
    found.done = true;
    const { tags } = two!;
    tags.push("by destructuring");
    const copy = { ...found };
    copy.id = 99;
    const same = [one === self.rows[0], found === two, self.rows.indexOf(found), self.rows.includes(copy)];
    self.rows = self.rows.filter((item) => item !== one);
    self.rows = [...self.rows, copy];
    copy.done = false;
    return [...same, self.rows.length, self.rows[0] === two, self.rows.lastIndexOf(found), copy.tags === tags];
  });
  expect(result).toEqual([true, true, 1, false, 3, true, 0, true]);
  expect(run.state.rows).toEqual([
    { id: 2, done: true, tags: ["by destructuring"] },
    { id: 3, done: false, tags: [] },
    { id: 99, done: false, tags: ["by destructuring"] },
  ]);
});

it("2.1.4 what is moved stays the same object: by shift and push, sort, a Map, another state", async () => {
  await using run = await open();
  await run.run((self) => {
    const moved = self.rows.shift()!;
    self.rows.push(moved);
    self.rows.sort((a, b) => b.id - a.id);
    moved.tags.push("sorted");
    const [taken] = self.rows.splice(0, 1);
    self.byId.set(taken!.id, taken!);
    taken!.tags.push("in the Map");
    const other = self.getState(OtherState);
    other.inbox.push(moved);
    self.rows = self.rows.filter((item) => item !== moved);
    other.current = self.byId.get(7)!;
    self.byId.delete(7);
    other.current.done = true;
    moved.done = true;
  });
  expect(run.state.rows.map(({ id }) => id)).toEqual([2]);
  expect(run.other.inbox).toEqual([{ id: 1, done: true, tags: ["sorted"] }]);
  expect(run.other.current).toEqual({ id: 7, done: true, tags: [] });
  expect([...run.state.byId]).toEqual([[3, { id: 3, done: false, tags: ["in the Map"] }]]);
});

it("2.1.4 objects are found in a Set and as keys of a Map, also when they are written afterwards", async () => {
  await using run = await open();
  const result = await run.run((self) => {
    const [one, two] = self.rows;
    const fresh = row(8);
    self.members.add(one!).add(fresh);
    one!.done = true;
    fresh.done = true;
    const keys = new Map<Row, string>();
    self.mixed = keys;
    (self.mixed as typeof keys).set(two!, "two");
    return [self.members.has(one!), self.members.has(fresh), self.members.has(two!), self.members.size];
  });
  expect(result).toEqual([true, true, false, 2]);
  expect([...run.state.members]).toEqual([
    { id: 1, done: true, tags: [] },
    { id: 8, done: true, tags: [] },
  ]);
  expect(
    await run.run((self) => {
      const keys = self.mixed as Map<Row, string>;
      const three = self.rows[2]!;
      keys.set(three, "three");
      three.done = true;
      const [member] = self.members;
      expect(() => (member!.id = 5)).toThrow(ImmutableStateError);
      return [keys.get(three), keys.size, self.members.has(member!), self.members.delete(member!), self.members.size];
    }),
  ).toEqual(["three", 2, true, true, 1]);
});

it("2.1.4 an object in two places is one until the commit and two from then on: vars, items, entries, parts of unwritten objects", async () => {
  await using run = await open();
  await run.steps(function* (self) {
    self.first = self.rows[0]!;
    self.last = self.first;
    self.rows.push(self.rows[0]!);
    self.byId.set(1, self.rows[0]!);
    self.record["one"] = self.box.child;
    self.rows[0]!.tags.push("all");
    yield;
    self.first.tags.push("first");
    self.last.tags.push("last");
    self.rows[0]!.tags.push("head");
    self.rows[3]!.tags.push("tail");
    self.byId.get(1)!.tags.push("entry");
    self.record["one"].tags.push("record");
    yield;
    self.box.label = "written";
  });
  expect([run.state.first, run.state.last, run.state.byId.get(1)].map((item) => item!.tags)).toEqual([
    ["all", "first"],
    ["all", "last"],
    ["all", "entry"],
  ]);
  expect(run.state.rows.map(({ tags }) => tags)).toEqual([["all", "head"], [], [], ["all", "tail"]]);
  expect([run.state.record["one"]!.tags, run.state.box.child.tags]).toEqual([["record"], []]);
});

it("2.2.4 what was read stays writable after a yield: in place, moved, and beside a Set that has it too", async () => {
  await using run = await open();
  await run.steps(function* (self) {
    const [one, two, three] = self.rows;
    const entry = self.byId.get(7)!;
    const { rows, when, box } = self;
    const { child } = box;
    self.members.add(one!);
    one!.done = true;
    rows.splice(1, 1);
    self.archive.push(two!);
    yield;
    one!.tags.push("one");
    two!.tags.push("two");
    three!.tags.push("three");
    entry.tags.push("entry");
    child.tags.push("child");
    when.setTime(5);
    yield;
    self.last = child;
    box.child = row(51);
    rows.sort((a, b) => b.id - a.id);
    yield;
    child.tags.push("moved");
    box.label = "box";
    three!.tags.push("sorted");
    rows.push(row(4));
  });
  const { rows, archive, byId, box, last, when } = run.state;
  expect(rows.map(({ id, tags }) => [id, tags])).toEqual([
    [3, ["three", "sorted"]],
    [1, ["one"]],
    [4, []],
  ]);
  expect([archive[0]!.tags, byId.get(7)!.tags, box, last!.tags, when]).toEqual([
    ["two"],
    ["entry"],
    { child: row(51), label: "box" },
    ["child", "moved"],
    new Date(5),
  ]);
});

it("2.2.4 a part of what was taken out goes on in its new place after a yield", async () => {
  await using run = await open();
  await run.steps(function* (self) {
    const taken = self.rows.shift()!;
    const { tags } = taken;
    self.mixed = tags;
    yield;
    tags.push("after");
  });
  expect(run.state.mixed).toEqual(["after"]);
});

it("2.2.4 loops go on over yields: what is deleted is skipped, what is added is reached", async () => {
  await using run = await open();
  const seen = await run.steps(function* (self) {
    const keys: unknown[] = [];
    self.byId = new Map([1, 2, 3].map((id) => [id, row(id)]));
    yield;
    for (const [id, item] of self.byId) {
      keys.push(id);
      item.done = true;
      yield;
      if (id === 1) self.byId.delete(2);
      if (id === 3) self.byId.set(4, row(4));
    }
    for (const name of self.names) {
      keys.push(name);
      yield;
      if (name === "a") self.names.delete("b");
      if (name === "a") self.names.add("c");
      if (name === "c") self.names.clear();
    }
    for (const item of self.rows) {
      keys.push(item.id);
      yield;
      if (item.id === 1) self.rows.push(row(10));
      if (item.id === 2) self.rows.pop();
    }
    self.members.add(row(20)).add(row(21));
    for (const { id } of self.members) {
      keys.push(id);
      yield;
    }
    return keys;
  });
  expect(seen).toEqual([1, 3, 4, "a", "c", 1, 2, 3, 20, 21]);
  expect([...run.state.byId].map(([id, { done }]) => [id, done])).toEqual([
    [1, true],
    [3, true],
    [4, true],
  ]);
});

it("2.1.4 what is wrong in a part of the state that was written is refused with its exact path", async () => {
  await using run = await open();
  const pathOf = async (code: typeof program): Promise<unknown> => {
    await expect(run.run((self) => void code(self))).rejects.toThrow();
    return (run.test.errors.at(-1)!.error as { path?: string }).path;
  };
  const wrong = (() => {}) as never;
  const boxOf = (self: RefState): Record<string, unknown> => self.box;
  expect(await pathOf((self) => (self.rows[1]!.tags[2] = wrong))).toBe("RefState.rows[1].tags[2]");
  expect(await pathOf((self) => (self.byId.get(7)!.done = wrong))).toBe("RefState.byId.get(7).done");
  expect(await pathOf((self) => (self.record["a b"] = { ...row(1), id: wrong }))).toBe('RefState.record["a b"].id');
  expect(await pathOf((self) => self.members.add(wrong))).toBe("RefState.members member");
  expect(await pathOf((self) => self.byId.set({ bad: wrong } as never, row(1)))).toBe("RefState.byId key.bad");
  expect(await pathOf((self) => (boxOf(self)["up"] = self.box))).toBe("RefState.box.up");
  expect(await pathOf((self) => (boxOf(self)["up"] = { deep: [self.box] }))).toMatch(/^RefState\.box\.up/);
  expect(await pathOf((self) => (boxOf(self)["__proto__"] = 1))).toBe("RefState.box");
  expect(await pathOf((self) => (self.record["__proto__"] = row(1)))).toBe("RefState.record");
  expect(await pathOf((self) => (self.rows[0] = JSON.parse('{"__proto__": 1}') as Row))).toBe("RefState.rows[0]");
  expect(await pathOf((self) => (self.getState(OtherState).inbox[0] = wrong))).toBe("OtherState.inbox[0]");
  expect(run.state.rows[1]!.tags).toEqual([]);
  expect(await run.run((self) => Object.keys(self.box))).toEqual(["child", "label"]);
});

it("2.3.6 what is kept of an undone handler says what was committed, and refuses writes", async () => {
  await using run = await open();
  let kept: Pick<RefState, "when" | "rows" | "byId" | "names" | "box"> | undefined;
  await expect(
    run.run((self) => {
      const { when, rows, byId, names, box } = self;
      kept = { when, rows, byId, names, box };
      when.setTime(99);
      rows.pop();
      rows[0]!.id = 99;
      byId.clear();
      names.add("z");
      box.label = "undone";
      throw new Error("undone");
    }),
  ).rejects.toThrow();
  expect(kept!.when.getTime()).toBe(0);
  expect(new Date(kept!.when)).toEqual(new Date(0));
  expect(kept!.rows.map(({ id }) => id)).toEqual([1, 2, 3]);
  expect([[...kept!.byId.keys()], [...kept!.names], kept!.box.label]).toEqual([[7], ["a", "b"], ""]);
  for (const write of [
    () => kept!.when.setTime(1),
    () => kept!.rows.push(row(9)),
    () => (kept!.rows[0]!.id = 9),
    () => kept!.byId.delete(7),
    () => kept!.names.clear(),
    () => delete (kept!.box as { label?: string }).label,
  ])
    expect(write).toThrow(ImmutableStateError);
});
