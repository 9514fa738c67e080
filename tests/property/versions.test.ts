import fc from "fast-check";
import { expect, it } from "vitest";
import type { Node } from "../../src/data/node.ts";
import { toPlain } from "../../src/data/to-plain.ts";
import { apply } from "../../src/delta/apply.ts";
import { diff } from "../../src/delta/diff.ts";
import { StateTable } from "../../src/sessions/state-table.ts";
import { emptyRouter } from "../../src/state/router.ts";
import { Snapshot } from "../../src/state/snapshot.ts";
import { State } from "../../src/state/state.ts";
import { Transaction } from "../../src/state/transaction.ts";
import { decodeFrozen, decodePatch } from "../../src/wire/decode.ts";
import { encodeNode, encodePatch } from "../../src/wire/encode-node.ts";
import { shown } from "./plain-values.ts";
import { bareHost } from "./bare-host.ts";

interface Row {
  id: number;
  cells: number[];
}

class LargeState extends State {
  numbers: number[] = [];
  rows: Row[] = [];
  map = new Map<number | string, number[]>();
  set = new Set<number | string>();
  objects = new Set<{ id: number }>();
  nested: Record<string, Record<string, number>> = {};
}

type Large = Pick<LargeState, "numbers" | "rows" | "map" | "set" | "objects" | "nested">;
type Edit = (large: Large) => void;

const times = (count: number, action: (at: number) => void): void => {
  for (let at = 0; at < count; at += 1) action(at);
};

const count = fc.oneof(fc.nat(5), fc.integer({ min: 250, max: 262 }), fc.integer({ min: 500, max: 600 }));
const few = fc.nat(8);
const number = fc.constantFrom(-0, 0, 1, 2, NaN);
const key = fc.oneof(fc.nat(100), fc.constantFrom("a", "b", ""));

/** Edits of a list of numbers: ends and middles, over the borders of chunks in both directions. */
const numbers: fc.Arbitrary<Edit>[] = [
  fc.tuple(count, number).map(
    ([n, value]): Edit =>
      ({ numbers: list }) =>
        times(n, (at) => list.push(at % 3 === 0 ? value : at)),
  ),
  fc.tuple(count, number).map(
    ([n, value]): Edit =>
      ({ numbers: list }) =>
        void list.unshift(...Array.from({ length: n }, (_, at) => (at % 5 === 0 ? value : at))),
  ),
  count.map(
    (n): Edit =>
      ({ numbers: list }) =>
        times(n, () => list.shift()),
  ),
  count.map(
    (n): Edit =>
      ({ numbers: list }) =>
        times(n, () => list.pop()),
  ),
  // A rolling log.
  fc.tuple(count, few).map(([n, value]): Edit => ({ numbers: list }) => {
    times(n, () => {
      list.push(value);
      list.shift();
    });
  }),
  fc.tuple(count, few, fc.array(number, { maxLength: 3 })).map(
    ([at, n, values]): Edit =>
      ({ numbers: list }) =>
        void list.splice(at, n, ...values),
  ),
  fc.tuple(count, number).map(([at, value]): Edit => ({ numbers: list }) => {
    if (at < list.length) list[at] = value;
  }),
  count.map((n): Edit => ({ numbers: list }) => {
    list.length = Math.min(n, list.length);
  }),
  fc.constantFrom<Edit>(
    ({ numbers: list }) => void list.sort((a, b) => a - b),
    ({ numbers: list }) => void list.reverse(),
    (large) => (large.numbers = large.numbers.filter((value) => value !== 1)),
    (large) => (large.numbers = [...large.numbers]),
  ),
];

const rows: fc.Arbitrary<Edit>[] = [
  fc.tuple(count, few).map(
    ([n, first]): Edit =>
      ({ rows: list }) =>
        times(n, (at) => list.push({ id: first + at, cells: [at, 0] })),
  ),
  fc.tuple(count, few).map(([at, value]): Edit => ({ rows: list }) => {
    const row = list[at];
    if (row !== undefined) row.cells[0] = value;
  }),
  fc.tuple(count, few).map(
    ([at, n]): Edit =>
      ({ rows: list }) =>
        void list.splice(at, n),
  ),
  fc.tuple(few, count).map(([from, to]): Edit => ({ rows: list }) => {
    const [row] = list.splice(from, 1);
    if (row !== undefined) list.splice(to, 0, row);
  }),
  fc.constantFrom<Edit>(
    ({ rows: list }) => void list.sort((a, b) => b.id - a.id),
    (large) => (large.rows = large.rows.filter(({ id }) => id % 7 !== 0)),
    (large) => (large.rows = large.rows.map((row) => (row.id % 5 === 0 ? { ...row, cells: [...row.cells, 1] } : row))),
    (large) => (large.rows = JSON.parse(JSON.stringify(large.rows)) as Row[]),
    ({ rows: list }) => void list.shift(),
  ),
];

const keyed: fc.Arbitrary<Edit>[] = [
  fc.tuple(key, few).map(
    ([name, value]): Edit =>
      ({ map }) =>
        void map.set(name, [value]),
  ),
  fc.tuple(key, few).map(
    ([name, value]): Edit =>
      ({ map }) =>
        void map.get(name)?.push(value),
  ),
  key.map(
    (name): Edit =>
      ({ map }) =>
        void map.delete(name),
  ),
  fc.tuple(key, few).map(([name, value]): Edit => ({ map }) => {
    map.delete(name);
    map.set(name, [value]);
  }),
  // More at once than the overlay of a Map takes.
  fc.tuple(fc.nat(100), fc.integer({ min: 1, max: 90 })).map(
    ([first, n]): Edit =>
      ({ map }) =>
        times(n, (at) => map.set(first + at, [at])),
  ),
  fc.tuple(fc.nat(100), fc.integer({ min: 1, max: 90 })).map(
    ([first, n]): Edit =>
      ({ map, set }) =>
        times(n, (at) => map.delete(first + at) || set.delete(first + at)),
  ),
  fc.tuple(fc.nat(100), fc.integer({ min: 1, max: 90 })).map(
    ([first, n]): Edit =>
      ({ set }) =>
        times(n, (at) => set.add(first + at)),
  ),
  key.map(
    (name): Edit =>
      ({ set }) =>
        void (set.delete(name) || set.add(name)),
  ),
  key.map((name): Edit => ({ set }) => {
    set.delete(name);
    set.add(name);
  }),
  fc.constantFrom<Edit>(
    ({ map }) => map.clear(),
    ({ set }) => set.clear(),
    (large) => (large.map = new Map([...large.map].toReversed())),
    (large) => (large.set = new Set([...large.set].toReversed())),
    ({ objects }) => void objects.delete([...objects][0]!),
  ),
  few.map(
    (id): Edit =>
      ({ objects }) =>
        void objects.add({ id }),
  ),
  fc.tuple(key, key, number).map(
    ([outer, inner, value]): Edit =>
      ({ nested }) =>
        void ((nested[`k${outer}`] ??= {})[inner] = value),
  ),
  fc.tuple(key, key).map(
    ([outer, inner]): Edit =>
      ({ nested }) =>
        void delete nested[`k${outer}`]?.[inner],
  ),
  key.map(
    (outer): Edit =>
      ({ nested }) =>
        void delete nested[`k${outer}`],
  ),
];

const table = new StateTable([{ stateClass: LargeState }]);
const definition = table.definitions[0]!;
const host = bareHost(definition);

const wire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

it.each([
  ["lists of numbers", numbers, 400],
  ["lists of rows", rows, 200],
  ["Maps, Sets and objects", keyed, 600],
] as const)(
  "2.4.2 %s: whatever edits lie between, any retained version leads to any other, earlier ones too",
  (_, edits, numRuns) => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.oneof(...edits), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 7 }),
        (commits) => {
          const oracle: Large = {
            numbers: [],
            rows: [],
            map: new Map(),
            set: new Set(),
            objects: new Set(),
            nested: {},
          };
          let snapshot = Snapshot.first(table, emptyRouter("t"), host);
          const versions: { values: readonly Node[]; page: unknown[]; texts: string[] }[] = [];
          const retain = (): void => {
            const values = snapshot.valuesOf(definition);
            const texts = definition.vars.map(({ name }) => shown(oracle[name as keyof Large]));
            expect(values.map((value) => shown(toPlain(value)))).toEqual(texts);
            versions.push({ values, page: values.map((value) => decodeFrozen(wire(encodeNode(value)))), texts });
          };
          retain();
          for (const commit of commits) {
            const transaction = new Transaction(host, snapshot);
            for (const edit of commit) {
              edit(transaction.self(definition) as Large);
              edit(oracle);
            }
            snapshot = transaction.commit();
            transaction.close();
            retain();
          }
          for (const before of versions) {
            for (const after of versions) {
              before.values.forEach((value, at) => {
                const patch = diff(value, after.values[at]);
                if (value === after.values[at]) expect(patch).toBeUndefined();
                const next =
                  patch === undefined ? before.page[at] : apply(before.page[at], decodePatch(wire(encodePatch(patch))));
                expect(shown(next)).toBe(after.texts[at]);
              });
            }
          }
        },
      ),
      { numRuns },
    );
  },
);
