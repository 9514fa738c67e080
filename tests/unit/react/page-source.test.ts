import { expect, test } from "vitest";
import { ImmutableStateError } from "../../../src/base/errors.ts";
import { PageSource } from "../../../src/react/page-source.ts";
import type { PageView } from "../../../src/react/page-view.ts";
import { FakeReplica } from "./fake-client.ts";

type Vars = Record<string, unknown>;

function source(values: Vars = { a: 1, b: 1 }): { replica: FakeReplica; source: PageSource } {
  const replica = new FakeReplica("Task");
  replica.events = new Set(["go"]);
  replica.set(values);
  return { replica, source: new PageSource(replica) };
}

function page(view: PageView): Vars {
  return view.page as Vars;
}

test("a view stays while what was read from it is the same", () => {
  const { replica, source: views } = source();
  const view = views.current();
  expect(page(view)["a"]).toBe(1);
  replica.set({ b: 2 });
  expect(views.current()).toBe(view);
  replica.set({ a: 2 });
  const next = views.current();
  expect(next).not.toBe(view);
  expect(next.page).not.toBe(view.page);
  expect(views.current()).toBe(next);
});

test("a view of which nothing was read stays for ever", () => {
  const { replica, source: views } = source();
  const view = views.current();
  void page(view)["go"];
  void ("a" in page(view));
  replica.set({ a: 2, b: 2 });
  expect(views.current()).toBe(view);
});

test("0 and -0 differ, NaN and NaN don't", () => {
  const { replica, source: views } = source({ a: 0, b: Number.NaN });
  const view = views.current();
  void [page(view)["a"], page(view)["b"]];
  replica.set({ b: Number.NaN });
  expect(views.current()).toBe(view);
  replica.set({ a: -0 });
  expect(views.current()).not.toBe(view);
});

test("until its render commits, a view shows one snapshot", () => {
  const { replica, source: views } = source();
  const view = views.current();
  expect(page(view)["a"]).toBe(1);
  replica.set({ a: 2, b: 2 });
  expect(page(view)["b"]).toBe(1);
  expect(views.current()).not.toBe(view);
  expect(page(view)["a"]).toBe(1);
});

test("a later render of the same view reads the snapshot of that render", () => {
  const { replica, source: views } = source();
  const view = views.current();
  expect(page(view)["a"]).toBe(1);
  replica.set({ b: 2 });
  expect(views.current()).toBe(view);
  expect(page(view)["b"]).toBe(2);
});

test("once committed, a view reads the newest values, and what it reads counts", () => {
  const { replica, source: views } = source();
  const view = views.current();
  view.commit();
  replica.set({ b: 2 });
  expect(page(view)["b"]).toBe(2);
  replica.set({ b: 3 });
  expect(views.current()).not.toBe(view);
  expect(page(view)["b"]).toBe(3);
});

test("a value seen between two equal ones counts, also where nobody was told of it (a hidden tree has no subscription)", () => {
  const { replica, source: views } = source();
  const quiet = views.current();
  quiet.commit();
  replica.set({ b: 2 });
  expect(page(quiet)["b"]).toBe(2);
  replica.set({ b: 1 });
  const next = views.current();
  expect(next).not.toBe(quiet);

  next.commit();
  expect(page(next)["a"]).toBe(1);
  replica.set({ a: 2, b: 2 });
  expect(page(next)["b"]).toBe(2);
  replica.set({ a: 1, b: 1 });
  expect(views.current()).not.toBe(next);
});

test("a superseded view's reads no longer count", () => {
  const { replica, source: views } = source();
  const first = views.current();
  first.commit();
  void page(first)["a"];
  replica.set({ a: 2 });
  const second = views.current();
  second.commit();
  void page(first)["b"];
  replica.set({ b: 2 });
  expect(views.current()).toBe(second);
});

test("enumerating reads every var, and gives no event", () => {
  const { replica, source: views } = source();
  for (const enumerate of [Object.keys, (object: object) => ({ ...object }), JSON.stringify]) {
    const view = views.current();
    enumerate(view.page);
    replica.set({ b: Math.random() });
    expect(views.current()).not.toBe(view);
  }
  expect(Object.keys(views.current().page)).toEqual(["a", "b"]);
  expect({ ...views.current().page }).toEqual(replica.values);
});

test("other names are as on any object", async () => {
  const { source: views } = source();
  const object = page(views.current());
  expect(object["then"]).toBeUndefined();
  expect(object["$$typeof"]).toBeUndefined();
  expect(object["toJSON"]).toBeUndefined();
  expect(object["_secret"]).toBeUndefined();
  expect(Reflect.get(object, Symbol.iterator)).toBeUndefined();
  expect(String(object)).toBe("[object Object]");
  expect("a" in object && "go" in object).toBe(true);
  expect("nothing" in object || "toString" in object).toBe(false);
  expect(await Promise.resolve(object)).toBe(object);
});

test("a var that appears later (a class edited in development) is seen by who asked for it", () => {
  const { replica, source: views } = source();
  const view = views.current();
  expect(page(view)["c"]).toBeUndefined();
  replica.set({ c: 1 });
  expect(page(views.current())["c"]).toBe(1);
});

test.each<[string, (object: Vars) => unknown]>([
  ["assigning", (object) => (object["a"] = 2)],
  ["assigning an event", (object) => (object["go"] = 2)],
  ["assigning a new name", (object) => (object["nothing"] = 2)],
  ["deleting", (object) => delete object["a"]],
  ["defining", (object) => Object.defineProperty(object, "a", { value: 2 })],
  ["freezing", (object) => Object.freeze(object)],
  ["changing the prototype", (object) => Object.setPrototypeOf(object, null)],
])("%s is refused", (_, write) => {
  const { replica, source: views } = source();
  const view = views.current();
  for (const isCommitted of [false, true]) {
    if (isCommitted) view.commit();
    expect(() => write(page(view))).toThrow(ImmutableStateError);
    expect(() => write(page(view))).toThrow(/call an event/);
  }
  expect(page(view)["a"]).toBe(1);
  expect(replica.values).toEqual({ a: 1, b: 1 });
});

test("is empty until there are values, and never again", () => {
  const replica = new FakeReplica("Task");
  const views = new PageSource(replica);
  expect(views.isEmpty()).toBe(true);
  replica.set({ a: 1 });
  expect(views.isEmpty()).toBe(false);
  const view = views.current();
  replica.values = undefined;
  expect(views.isEmpty()).toBe(false);
  expect(views.current()).toBe(view);
  expect(page(view)["a"]).toBe(1);
});

test("hydration starts from the HTML's values, and goes on with the same view if they still hold", () => {
  const { replica, source: views } = source();
  replica.initial = Object.freeze({ a: 1, b: 0 });
  const view = views.initial();
  expect(views.initial()).toBe(view);
  expect(page(view)["a"]).toBe(1);
  expect(views.current()).toBe(view);

  const others = new PageSource(replica);
  const initial = others.initial();
  expect(page(initial)["b"]).toBe(0);
  expect(page(others.current())["b"]).toBe(1);
});
