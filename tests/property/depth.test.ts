import fc from "fast-check";
import { expect, it } from "vitest";
import { StateSerializationError } from "../../src/base/errors.ts";
import { MAX_DEPTH } from "../../src/data/max-depth.ts";
import { toPlain } from "../../src/data/to-plain.ts";
import { StateTable } from "../../src/sessions/state-table.ts";
import { emptyRouter } from "../../src/state/router.ts";
import { Snapshot } from "../../src/state/snapshot.ts";
import { State } from "../../src/state/state.ts";
import { Transaction } from "../../src/state/transaction.ts";
import { bareHost } from "./bare-host.ts";

type Tree = { child?: unknown; list?: unknown[]; map?: Map<string, unknown> };

class TreeState extends State {
  a: Tree = { child: 1 };
  b: Tree = { list: [] };
}

const table = new StateTable([{ stateClass: TreeState }]);
const definition = table.definitions[0]!;
const host = bareHost(definition);

/**
 * Counted with a stack of its own: it is what the limit is checked against. Nothing is counted beyond the limit: what was
 * refused for its depth may hold itself, too.
 */
function depthOf(value: unknown): number {
  let deepest = 0;
  const rest: [value: unknown, depth: number][] = [[value, 0]];
  for (let next = rest.pop(); next !== undefined && deepest <= MAX_DEPTH; next = rest.pop()) {
    const [item, depth] = next;
    deepest = Math.max(deepest, depth);
    if (typeof item !== "object" || item === null) continue;
    const parts = item instanceof Map ? [...item.values()] : Object.values(item);
    for (const part of parts) rest.push([part, depth + 1]);
  }
  return deepest;
}

function around(levels: number, kind: number, inner: unknown): Tree {
  let value = inner;
  for (let level = 0; level < levels; level += 1)
    value = kind === 0 ? { child: value } : kind === 1 ? { list: [value] } : { map: new Map([["k", value]]) };
  return isTree(value) ? (value as Tree) : { child: value };
}

/** `kept` is a state as it was seen without the lock: its parts come from elsewhere. */
type Edit = (self: TreeState, kept: TreeState) => void;

const name = fc.constantFrom("a" as const, "b" as const);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(name, name, fc.constantFrom(1, 2, 120, 250), fc.nat(2), fc.boolean()).map(
    ([to, from, levels, kind, isKept]): Edit =>
      (self, kept) =>
        void (self[to] = around(levels, kind, (isKept ? kept : self)[from])),
  ),
  fc.tuple(name, name, fc.boolean()).map(
    ([to, from, isKept]): Edit =>
      (self, kept) =>
        void (self[to].child = (isKept ? kept : self)[from].child),
  ),
  fc.tuple(name, name).map(
    ([to, from]): Edit =>
      (self) =>
        void (self[to].list ??= []).push(self[from].child, self[from].map),
  ),
  fc.tuple(name, name, fc.boolean()).map(
    ([to, from, isKept]): Edit =>
      (self, kept) =>
        void (self[to].map ??= new Map()).set("moved", (isKept ? kept : self)[from].list),
  ),
  name.map(
    (of): Edit =>
      (self) =>
        void (self[of] = isTree(self[of].child) ? (self[of].child as Tree) : { child: 1 }),
  ),
  fc.constant<Edit>((self) => void ([self.a, self.b] = [self.b, self.a])),
);

const isTree = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

it("2.1.4 no program makes a var deeper than the limit, and what is within it is never refused", () => {
  let refused = 0;
  fc.assert(
    fc.property(fc.array(fc.array(edit, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 6 }), (windows) => {
      let snapshot = Snapshot.first(table, emptyRouter("t"), host);
      let before: Transaction | undefined;
      for (const edits of windows) {
        const kept = (before ?? new Transaction(host, snapshot)).self(definition) as TreeState;
        before?.close();
        const transaction = new Transaction(host, snapshot);
        const self = transaction.self(definition) as TreeState;
        for (const step of edits) step(self, kept);
        try {
          snapshot = transaction.commit();
          for (const value of snapshot.valuesOf(definition))
            expect(depthOf(toPlain(value))).toBeLessThanOrEqual(MAX_DEPTH);
          before = transaction;
        } catch (error) {
          if (!(error instanceof StateSerializationError)) throw error;
          if (/levels/.test(error.message)) {
            refused += 1;
            expect(error.message.length).toBeLessThan(250);
            expect(Math.max(depthOf(self.a), depthOf(self.b))).toBeGreaterThan(MAX_DEPTH);
          } else expect(error.message).toMatch(/cycle/);
          transaction.close();
          before = undefined;
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(refused).toBeGreaterThan(0);
});

it("2.1.4 a chain of committed objects is refused before it is too deep to walk", () => {
  let snapshot = Snapshot.first(table, emptyRouter("t"), host);
  const first = new Transaction(host, snapshot);
  (first.self(definition) as TreeState).a.list = Array.from({ length: 5_000 }, () => ({ next: null }));
  snapshot = first.commit();
  first.close();
  const transaction = new Transaction(host, snapshot);
  const list = (transaction.self(definition) as TreeState).a.list as { next: unknown }[];
  for (let at = 1; at < list.length; at += 1) list[at - 1]!.next = list[at];
  expect(() => transaction.commit()).toThrow(/^TreeState\.a\.list\[0\]\.next.{1,120} is nested more than 500 levels/);
});

it.each<[what: string, added: number, move: (self: TreeState, kept: TreeState) => unknown]>([
  ["an object of the state that moves", 1, (self) => (self.b.child = self.a)],
  ["one that moves and was written", 1, (self) => ((self.a.map = new Map()), (self.b.child = self.a))],
  ["one that comes to two places", 2, (self) => ((self.b.child = self.a), self.b.list!.push(self.a))],
  ["one that was seen without the lock", 1, (self, kept) => (self.b.child = kept.a)],
  ["one that was seen so, and read again", 1, (self, kept) => ((self.b.child = kept.a), self.b.child)],
  ["one that moves into an array", 2, (self) => self.b.list!.push(self.a)],
  ["one that moves into a Map", 2, (self) => self.b.map!.set("k", self.a)],
])("2.1.4 %s counts with its levels where it comes to", (_, added, move) => {
  for (const levels of [MAX_DEPTH - 2, MAX_DEPTH - 1, MAX_DEPTH]) {
    const first = new Transaction(host, Snapshot.first(table, emptyRouter("t"), host));
    const made = first.self(definition) as TreeState;
    made.a = around(levels, 0, 1);
    made.b = { list: [], map: new Map() };
    const snapshot = first.commit();
    first.close();
    const transaction = new Transaction(host, snapshot);
    move(transaction.self(definition) as TreeState, made);
    if (levels + added <= MAX_DEPTH) expect(() => transaction.commit()).not.toThrow();
    else expect(() => transaction.commit()).toThrow(/^TreeState\.b.{1,20} is nested more than 500 levels deep/);
  }
});

it("2.1.4 a var that is put into itself at every commit is refused at the limit, and goes on from there", () => {
  let snapshot = Snapshot.first(table, emptyRouter("t"), host);
  let commits = 0;
  expect(() => {
    for (; commits < 1_000; commits += 1) {
      const transaction = new Transaction(host, snapshot);
      const self = transaction.self(definition) as TreeState;
      self.a = { child: self.a };
      snapshot = transaction.commit();
      transaction.close();
    }
  }).toThrow("TreeState.a is nested more than 500 levels deep.");
  expect(commits).toBe(MAX_DEPTH - 1);
  const transaction = new Transaction(host, snapshot);
  (transaction.self(definition) as TreeState).a = {};
  expect(toPlain(transaction.commit().valuesOf(definition)[0])).toEqual({});
});
