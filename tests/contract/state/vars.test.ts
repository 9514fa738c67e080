import { expect, it } from "vitest";
import { event, plain, State } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";
import { shown } from "../../property/plain-values.ts";
import { CANARY } from "../../support/canary.ts";

let held: { list: number[]; map: Map<string, number>; when: Date } | undefined;
let made = 0;

class VarsState extends State {
  id = (made += 1);
  count = 0;
  maybe?: string = "yes";
  values: unknown = null;
  a: { n: number } | undefined = undefined;
  b: { n: number } | undefined = undefined;
  rows: { id: number; done: boolean }[] = [
    { id: 1, done: false },
    { id: 2, done: false },
    { id: 3, done: false },
  ];
  _secret = CANARY;
  _box: Record<string, unknown> = { list: [1] };
  _tokens = new Map([["token", CANARY]]);

  get _hidden() {
    return this._secret + "!";
  }
  _helper() {
    return this._secret.length;
  }
  @event set(values: unknown) {
    this.values = values;
    return values;
  }
  @event undeclared() {
    (this as unknown as Record<string, unknown>)["typo"] = 1;
  }
  @event hold() {
    held = { list: [1], map: new Map([["a", 1]]), when: new Date(0) };
    this.values = held;
    held.list.push(2);
  }
  @event *holdOverYield() {
    const own = { n: 1 };
    this.a = own;
    own.n = 2;
    yield;
    own.n = 3;
    this.count += 1;
  }
  @event alias() {
    const shared = { n: 1 };
    this.a = shared;
    this.b = shared;
    this.a.n = 5;
  }
  @event writeA() {
    this.a!.n = 9;
  }
  @event references() {
    const second = this.rows[1]!;
    second.done = true;
    this.rows = this.rows.filter((row) => row !== this.rows[0]);
    this.rows[0]!.id = 20;
    const { done, ...rest } = second;
    return [
      this.rows.indexOf(second),
      this.rows.includes(second),
      done,
      rest,
      JSON.stringify(this.rows),
      { ...second },
    ];
  }
  @event cycle() {
    const loop: { self?: unknown } = {};
    loop.self = { loop };
    this.values = [{ loop }];
  }
  @event ownCycle() {
    this.values = {};
    (this.values as { own: unknown }).own = this.values;
  }
  @event bad(kind: string) {
    this.count = 99;
    const bad: Record<string, () => unknown> = {
      function: () => ({ deep: [1, () => 1] }),
      symbol: () => ({ "a key": Symbol("s") }),
      instance: () => new Map([["k", { url: new URL("http://x.example") }]]),
      promise: () => [Promise.resolve(1)],
      proto: () => JSON.parse('{"__proto__": 1}') as unknown,
      symbolKey: () => ({ [Symbol("s")]: 1 }),
      typed: () => new Uint8Array(2),
    };
    this.values = bad[kind]!();
  }
  @event badSecret(kind: string) {
    const bad: Record<string, () => void> = {
      entry: () => void this._tokens.set(CANARY, (() => 1) as never),
      key: () => void this._tokens.set({ [CANARY]: () => 1 } as never, ""),
      fresh: () => void (this._box = { [CANARY]: [{ [CANARY]: Symbol("s") }] }),
      draft: () => void (this._box[CANARY] = () => 1),
      list: () => void ((this._box["list"] as number[])[5_000] = 1),
      whole: () => void (this._box = (() => 1) as never),
    };
    bad[kind]!();
  }
  @event deleteVars() {
    delete this.maybe;
    delete (this as Partial<VarsState>)._secret;
    delete (this as unknown as Record<string, unknown>)["nothing"];
    Object.defineProperty(this, "count", { value: 7 });
    const refused = Reflect.defineProperty(this, "typo", { value: 1 });
    return [this.maybe, "maybe" in this, this._secret, this.count, refused];
  }
  @event resetAll() {
    this._secret = "changed";
    this.count = 5;
    this.rows.push({ id: 4, done: true });
    this.reset();
    return this._secret === CANARY;
  }
  @event copy() {
    const copy = plain(this.rows);
    copy.push({ id: 100, done: true });
    copy[0]!.done = true;
    return [this.rows.length, this.rows[0]!.done, copy.length];
  }
}

async function open() {
  const test = createTestApp({ states: [VarsState] });
  const page = test.connect();
  const state = page.state(VarsState);
  await test.settle();
  return { test, page, state, [Symbol.asyncDispose]: () => test.close() };
}

it("2.1.1 each session has an instance of its own, made when it is first needed", async () => {
  await using run = await open();
  const other = run.test.connect();
  const state = other.state(VarsState);
  await run.test.settle();
  expect(state.id).not.toBe(run.state.id);
  await state.set(5);
  expect([state.values, run.state.values]).toEqual([5, null]);
});

it("2.1.1 writing a name that is no var throws, and says how to declare it", async () => {
  await using run = await open();
  await expect(run.state.undeclared()).rejects.toMatchObject({ code: "EVENT_FAILED" });
  expect((run.test.errors[0]!.error as Error).message).toBe(
    'VarsState has no var "typo". Declare it in the class with an initial value (typo = ...; undefined will do).',
  );
});

it("2.1.1 a state always has all of its vars: one that is deleted is undefined, one that is defined is written", async () => {
  await using run = await open();
  expect(run.state.maybe).toBe("yes");
  expect(await run.state.deleteVars()).toEqual([undefined, true, undefined, 7, false]);
  expect([run.state.maybe, run.state.count]).toEqual([undefined, 7]);
  await run.state.resetAll();
  expect(run.state.maybe).toBe("yes");
});

it.each([
  ["entry", "VarsState._tokens[…]"],
  ["key", "VarsState._tokens[…]"],
  ["fresh", "VarsState._box[…]"],
  ["draft", "VarsState._box[…]"],
  ["list", "VarsState._box[…]"],
  ["whole", "VarsState._box"],
])("2.1.2 what is refused within a backend var is named without its keys: %s", async (kind, path) => {
  await using run = await open();
  await expect(run.state.badSecret(kind)).rejects.toMatchObject({ code: "EVENT_FAILED" });
  const { error } = run.test.errors[0]!;
  expect(error).toMatchObject({ code: "STATE_SERIALIZATION", path });
  expect((error as Error).stack).not.toContain(CANARY);
  expect(JSON.stringify(run.test.logs)).not.toContain(CANARY);
});

it("2.1.2 backend names and values are in no frame, HTML, error or log", async () => {
  await using run = await open();
  await run.state.resetAll();
  await run.state.bad("function").catch(() => {});
  const frames = run.page.frames.map(({ text }) => text).join("\n");
  const logs = JSON.stringify(run.test.logs);
  for (const text of [frames, run.test.app.htmlData(), logs]) {
    expect(text).not.toContain(CANARY);
    expect(text).not.toMatch(/_secret|_tokens|_hidden|_helper/);
  }
  expect(Object.keys(run.state).filter((name) => name.startsWith("_"))).toEqual([]);
});

const EVERYTHING = {
  undefined,
  null: null,
  nan: NaN,
  infinities: [Infinity, -Infinity],
  zeros: [0, -0],
  big: 2n ** 80n,
  when: new Date(1e12),
  never: new Date(NaN),
  map: new Map<unknown, unknown>([
    [1, "a"],
    ["1", new Map([[true, [null]]])],
  ]),
  set: new Set([1, "1", null]),
  surrogate: "\ud800 alone",
  $: "a key of the codec's own",
  nested: { $: { $: 1 } },
};

it("2.1.4 every kind of value goes to the server, into a var, into the result and to the page as it was", async () => {
  await using run = await open();
  const result = await run.state.set(EVERYTHING);
  for (const received of [result, run.state.values] as (typeof EVERYTHING)[]) {
    expect(shown(received)).toBe(shown(EVERYTHING));
    expect("undefined" in received).toBe(true);
    expect(Object.is(received.zeros[1], -0)).toBe(true);
    expect([...received.map.keys()]).toEqual([1, "1"]);
  }
});

it("2.1.4 an object that user code still holds after the commit can't change the state", async () => {
  await using run = await open();
  await run.state.hold();
  held!.list.push(3);
  held!.map.set("b", 2);
  held!.when.setTime(5);
  await run.test.settle();
  expect(shown(run.state.values)).toBe(shown({ list: [1, 2], map: new Map([["a", 1]]), when: new Date(0) }));
  await run.state.holdOverYield();
  expect([run.state.a, run.state.count]).toEqual([{ n: 2 }, 1]);
});

it("2.1.4 an object put in two places is two values after the commit", async () => {
  await using run = await open();
  await run.state.alias();
  expect([run.state.a, run.state.b]).toEqual([{ n: 5 }, { n: 5 }]);
  await run.state.writeA();
  expect([run.state.a, run.state.b]).toEqual([{ n: 9 }, { n: 5 }]);
});

it("2.1.4 within a transaction references work as usual", async () => {
  await using run = await open();
  expect(await run.state.references()).toEqual([
    0,
    true,
    true,
    { id: 20 },
    '[{"id":20,"done":true},{"id":3,"done":false}]',
    { id: 20, done: true },
  ]);
  expect(run.state.rows).toEqual([
    { id: 20, done: true },
    { id: 3, done: false },
  ]);
});

it.each([
  ["function", "VarsState.values.deep[1]", /is a function/],
  ["symbol", 'VarsState.values["a key"]', /is a symbol/],
  ["instance", 'VarsState.values.get("k").url', /instance of URL/],
  ["promise", "VarsState.values[0]", /promise. Await it/],
  ["proto", "VarsState.values", /__proto__/],
  ["symbolKey", "VarsState.values", /key that is a symbol/],
  ["typed", "VarsState.values", /instance of Uint8Array/],
])("2.1.4 a %s is refused at commit with its path, and the commit is undone", async (kind, path, reason) => {
  await using run = await open();
  await expect(run.state.bad(kind)).rejects.toMatchObject({ code: "EVENT_FAILED" });
  expect(run.test.errors[0]!.error).toMatchObject({
    code: "STATE_SERIALIZATION",
    path,
    message: expect.stringMatching(reason) as unknown,
  });
  expect([run.state.count, run.state.values]).toEqual([0, null]);
});

it("2.1.4 a cycle is refused with the path where it closes", async () => {
  await using run = await open();
  await expect(run.state.cycle()).rejects.toThrow();
  await expect(run.state.ownCycle()).rejects.toThrow();
  const errors = run.test.errors.map(({ error }) => error as { path: string; message: string });
  expect(errors[0]!.path).toBe("VarsState.values[0].loop.self.loop");
  expect(errors[0]!.message).toMatch(/cycle/);
  expect(errors[1]!.message).toMatch(/cycle/);
});

it("2.1.4 plain() gives a mutable copy", async () => {
  await using run = await open();
  expect(await run.state.copy()).toEqual([3, false, 4]);
});

it("2.1.5 reset() puts all vars back to their initial values, backend ones too", async () => {
  await using run = await open();
  const { id } = run.state;
  expect(await run.state.resetAll()).toBe(true);
  expect([run.state.count, run.state.rows.length, run.state.id]).toEqual([0, 3, id]);
});
