import { expect, it } from "vitest";
import { event, ImmutableStateError, State, type Background } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";

/** What a write outside the lock gave: the error's class and message, or "written". */
type Attempts = Record<string, string>;

class WriterState extends State {
  counter = 1;
  items = [
    { id: 1, tags: ["a"] },
    { id: 2, tags: ["b"] },
  ];
  nested: { deep?: { list: number[] } } = { deep: { list: [1] } };
  map = new Map([["a", { n: 1 }]]);
  set = new Set([1]);
  when = new Date(0);
  attempts: Attempts = {};

  @event({ background: true })
  async tryEverything(this: Background<WriterState>) {
    const attempts: Attempts = {};
    // Reads through types that refuse the writes: what follows is what untyped code could do.
    const self = this as unknown as WriterState;
    const attempt = (name: string, write: () => unknown): void => {
      try {
        write();
        attempts[name] = "written";
      } catch (error) {
        attempts[name] = error instanceof ImmutableStateError ? `refused: ${error.message}` : `other: ${String(error)}`;
      }
    };
    attempt("var", () => (self.counter = 2));
    attempt("increment", () => (self.counter += 1));
    attempt("undeclared", () => ((self as unknown as { other: number }).other = 1));
    attempt("delete var", () => delete (self as { counter?: number }).counter);
    attempt("define var", () => Object.defineProperty(self, "counter", { value: 5 }));
    attempt("prototype", () => Object.setPrototypeOf(self, null));
    attempt("freeze", () => Object.freeze(self));
    attempt("push", () => self.items.push({ id: 3, tags: [] }));
    attempt("pop", () => self.items.pop());
    attempt("shift", () => self.items.shift());
    attempt("unshift", () => self.items.unshift({ id: 0, tags: [] }));
    attempt("splice", () => self.items.splice(0, 1));
    attempt("sort", () => self.items.sort());
    attempt("reverse", () => self.items.reverse());
    attempt("fill", () => self.items.fill({ id: 0, tags: [] }));
    attempt("copyWithin", () => self.items.copyWithin(0, 1));
    attempt("index", () => (self.items[0] = { id: 9, tags: [] }));
    attempt("length", () => (self.items.length = 0));
    attempt("delete index", () => delete self.items[0]);
    attempt("define index", () => Object.defineProperty(self.items, "0", { value: 1 }));
    attempt("field of an item", () => (self.items[0]!.id = 9));
    attempt("item of an item", () => self.items[0]!.tags.push("x"));
    attempt("found item", () => (self.items.find((item) => item.id === 2)!.id = 9));
    attempt("in a callback", () => self.items.forEach((item) => (item.id = 9)));
    attempt("iterated item", () => {
      for (const item of self.items) item.id = 9;
    });
    attempt("delete key", () => delete self.nested.deep);
    attempt("define key", () => Object.defineProperty(self.nested, "x", { value: 1 }));
    attempt("deep", () => self.nested.deep!.list.push(2));
    attempt("Object.assign", () => Object.assign(self.nested, { x: 1 }));
    attempt("map.set", () => self.map.set("b", { n: 2 }));
    attempt("map.delete", () => self.map.delete("a"));
    attempt("map.clear", () => self.map.clear());
    attempt("map entry", () => (self.map.get("a")!.n = 2));
    attempt("set.add", () => self.set.add(2));
    attempt("set.delete", () => self.set.delete(1));
    attempt("set.clear", () => self.set.clear());
    attempt("setFullYear", () => self.when.setFullYear(2000));
    attempt("setTime", () => self.when.setTime(1));
    attempt("reset", () => self.reset());
    attempt("getState", () => (self.getState(OtherState).title = "x"));
    attempt("helper", () => self._increment());
    attempt("handler", () => self.increment());
    await this.lock((state) => {
      state.attempts = attempts;
    });
  }

  _increment() {
    this.counter += 1;
  }
  @event increment() {
    this.counter += 1;
  }
}

class OtherState extends State {
  title = "";
}

it("2.3.3 every write outside the lock, at any depth, is an ImmutableStateError that says what to do instead", async () => {
  await using test = createTestApp({ states: [WriterState, OtherState] });
  const page = test.connect().state(WriterState);
  await test.settle();
  const before = structuredClone({ items: page.items, nested: page.nested });
  await page.tryEverything();
  await test.settle();
  expect(Object.keys(page.attempts)).toHaveLength(42);
  for (const [name, outcome] of Object.entries(page.attempts)) {
    expect(outcome, name).toMatch(/^refused: .*await this\.lock\(\(self\) =>/);
  }
  expect({ items: page.items, nested: page.nested }).toEqual(before);
  expect(page.counter).toBe(1);
});

class ReaderState extends State {
  items = [3, 1, 2];
  people = [{ name: "Ada" }, { name: "Bob" }];
  map = new Map([["a", 1]]);
  report: unknown[] = [];

  @event({ background: true })
  async read(this: Background<ReaderState>) {
    const report = [
      this.items.toSorted(),
      this.items.map((n) => n * 2),
      [...this.items, 4],
      this.items.slice(1),
      this.items.includes(1),
      JSON.stringify(this.people),
      this.people === this.people && this.people[0] === this.people[0],
      this.people.indexOf(this.people[1]!),
      { ...this.people[0] },
      Array.isArray(this.items),
      [...this.map],
      this.map.get("a"),
      Object.keys(this.people[0]!),
      "name" in this.people[0]!,
    ];
    await this.lock((self) => {
      self.report = report;
    });
  }
}

it("2.3.3 the read-only view reads like the plain value, and keeps its identity", async () => {
  await using test = createTestApp({ states: [ReaderState] });
  const page = test.connect().state(ReaderState);
  await test.settle();
  await page.read();
  await test.settle();
  expect(page.report).toEqual([
    [1, 2, 3],
    [6, 2, 4],
    [3, 1, 2, 4],
    [1, 2],
    true,
    '[{"name":"Ada"},{"name":"Bob"}]',
    true,
    1,
    { name: "Ada" },
    true,
    [["a", 1]],
    1,
    ["name"],
    true,
  ]);
});
