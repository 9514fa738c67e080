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
  n: number;
  tags: string[];
}

class ModelState extends State {
  list: number[] = [];
  rows: Row[] = [];
  map = new Map<string, Row>();
  set = new Set<number>();
  record: Record<string, Row> = {};
  when = new Date(0);
}

type Model = Pick<ModelState, "list" | "rows" | "map" | "set" | "record" | "when">;

/** One edit, as user code would write it: run on plain values and on the state alike, it must do the same to both and give the same. */
type Edit = (model: Model) => unknown;

const small = fc.integer({ min: -3, max: 3 });
const index = fc.integer({ min: -4, max: 12 });
const key = fc.constantFrom("a", "b", "c", "d");
const row = fc.tuple(small, fc.array(fc.constantFrom("x", "y"), { maxLength: 2 })).map(([n, tags]) => (): Row => ({
  n,
  tags: [...tags],
}));
const many = fc.oneof(fc.constantFrom(1, 2, 5), fc.integer({ min: 250, max: 260 }), fc.constant(600));

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(many, small).map(
    ([count, n]): Edit =>
      (m) =>
        m.list.push(...Array.from({ length: count }, (_, i) => n + i)),
  ),
  fc.constant<Edit>((m) => m.list.pop()),
  many.map((count): Edit => (m) => {
    for (let i = 0; i < count; i += 1) m.list.shift();
  }),
  fc.tuple(fc.constantFrom(1, 3, 300), small).map(
    ([count, n]): Edit =>
      (m) =>
        m.list.unshift(...Array.from({ length: count }, () => n)),
  ),
  fc.tuple(index, fc.nat(5), fc.array(small, { maxLength: 3 })).map(
    ([at, count, values]): Edit =>
      (m) =>
        m.list.splice(at, count, ...values),
  ),
  fc.tuple(fc.nat(700), small).map(([at, n]): Edit => (m) => {
    if (at <= m.list.length) m.list[at] = n;
  }),
  fc.nat(600).map(
    (length): Edit =>
      (m) =>
        (m.list.length = Math.min(length, m.list.length)),
  ),
  fc.constant<Edit>((m) => m.list.sort((a, b) => a - b)[0]),
  fc.constant<Edit>((m) => m.list.reverse()[0]),
  small.map((n): Edit => (m) => [m.list.indexOf(n), m.list.includes(n), m.list.lastIndexOf(n), m.list.at(n)]),
  fc.constant<Edit>((m) =>
    m.list
      .filter((n) => n > 0)
      .map((n) => n * 2)
      .slice(0, 5),
  ),
  row.map(
    (make): Edit =>
      (m) =>
        m.rows.push(make()),
  ),
  fc.tuple(row, small).map(([make, n]): Edit => (m) => {
    const fresh = make();
    m.rows.push(fresh);
    fresh.n = n;
    return m.rows.indexOf(fresh) >= 0;
  }),
  fc.tuple(index, small).map(([at, n]): Edit => (m) => {
    const found = m.rows.at(at);
    if (found !== undefined) found.n = n;
    return found !== undefined && m.rows.includes(found);
  }),
  small.map((n): Edit => (m) => {
    const found = m.rows.find((candidate) => candidate.n === n);
    found?.tags.push("found");
    m.rows = m.rows.filter((candidate) => candidate !== found);
    return found?.n;
  }),
  fc.constant<Edit>((m) => {
    const first = m.rows.shift();
    if (first !== undefined) m.rows.push(first);
    if (first !== undefined) first.n += 1;
  }),
  fc.constant<Edit>((m) => m.rows.sort((a, b) => a.n - b.n).length),
  fc.tuple(index, fc.nat(2), row).map(
    ([at, count, make]): Edit =>
      (m) =>
        m.rows.splice(at, count, make()).map(({ n }) => n),
  ),
  fc.constant<Edit>((m) => (m.rows = m.rows.map((old) => ({ ...old, n: old.n + 1 }))).length),
  fc.constant<Edit>((m) => {
    for (const each of m.rows) each.n += 1;
    m.rows.forEach((each) => each.tags.push("z"));
  }),
  fc.tuple(key, row).map(
    ([name, make]): Edit =>
      (m) =>
        m.map.set(name, make()).size,
  ),
  key.map((name): Edit => (m) => [m.map.delete(name), m.map.has(name), m.map.size]),
  fc.tuple(key, small).map(([name, n]): Edit => (m) => {
    const entry = m.map.get(name);
    if (entry !== undefined) entry.n = n;
    return [...m.map.keys()];
  }),
  fc.constant<Edit>((m) => [...m.map].map(([name, { n }]) => `${name}${n}`)),
  fc.constantFrom<Edit>(
    (m) => m.map.clear(),
    (m) => m.set.clear(),
  ),
  fc.integer({ min: 0, max: 200 }).map(
    (n): Edit =>
      (m) =>
        m.set.add(n).size,
  ),
  fc.integer({ min: 0, max: 200 }).map((n): Edit => (m) => [m.set.delete(n), m.set.size, [...m.set].slice(0, 3)]),
  fc.constant<Edit>((m) => {
    for (let i = 0; i < 150; i += 1) m.set.add(i);
  }),
  fc.tuple(key, row).map(
    ([name, make]): Edit =>
      (m) =>
        (m.record[name] = make()).n,
  ),
  key.map((name): Edit => (m) => [delete m.record[name], name in m.record, Object.keys(m.record).toSorted()]),
  fc.tuple(key, small).map(([name, n]): Edit => (m) => {
    const found = m.record[name];
    if (found !== undefined) Object.assign(found, { n });
    return JSON.stringify(Object.values(m.record).length);
  }),
  fc.tuple(key, index).map(([name, at]): Edit => (m) => {
    const moved = m.rows.splice(at, 1)[0];
    if (moved !== undefined) m.map.set(name, moved);
    if (moved !== undefined) moved.tags.push("moved");
  }),
  fc.nat(10_000).map(
    (ms): Edit =>
      (m) =>
        m.when.setTime(ms),
  ),
);

const table = new StateTable([{ stateClass: ModelState }]);
const [definition] = table.definitions;
const host = bareHost(definition!);

const VARS = ["list", "rows", "map", "set", "record", "when"] as const;
const show = (model: Record<string, unknown>): string =>
  VARS.map((name) => `${name}: ${shown(model[name])}`).join("\n");
const plainOf = (snapshot: Snapshot): Record<string, unknown> =>
  Object.fromEntries(
    definition!.vars.map(({ name, index: at }) => [name, toPlain(snapshot.valuesOf(definition!)[at])]),
  );
const wire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

it("2.1.4 any program does to the state what it does to plain values, over commits, yields and undone windows; and the page follows from any version to any later one", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(fc.array(edit, { minLength: 1, maxLength: 6 }), fc.constantFrom("commit", "commit", "yield", "undo")),
        { minLength: 1, maxLength: 8 },
      ),
      (windows) => {
        let oracle: Model = structuredClone({
          list: [],
          rows: [],
          map: new Map(),
          set: new Set(),
          record: {},
          when: new Date(0),
        });
        let snapshot = Snapshot.first(table, emptyRouter("t"), host);
        const versions: { snapshot: Snapshot; page: unknown[] }[] = [];
        let transaction: Transaction | undefined;
        const keep = (): void => {
          versions.push({
            snapshot,
            page: snapshot.valuesOf(definition!).map((node: Node) => decodeFrozen(wire(encodeNode(node)))),
          });
        };
        keep();
        for (const [edits, end] of windows) {
          transaction ??= new Transaction(host, snapshot);
          const self = transaction.self(definition!) as Model;
          const draft = structuredClone(oracle);
          for (const step of edits) expect(shown(step(self))).toBe(shown(step(draft)));
          if (end === "undo") {
            // Nothing of it is seen, and what was kept says what was committed.
            transaction.close();
            expect(show(self as unknown as Record<string, unknown>)).toBe(show(plainOf(snapshot)));
            transaction = undefined;
            continue;
          }
          snapshot = transaction.commit();
          oracle = draft;
          expect(show(plainOf(snapshot))).toBe(show(oracle as unknown as Record<string, unknown>));
          keep();
          if (end === "yield") continue;
          transaction.close();
          transaction = undefined;
        }
        const last = versions.at(-1)!;
        for (const version of versions) {
          version.page.forEach((value, at) => {
            const patch = diff(version.snapshot.valuesOf(definition!)[at], last.snapshot.valuesOf(definition!)[at]);
            const next = patch === undefined ? value : apply(value, decodePatch(wire(encodePatch(patch))));
            expect(shown(next)).toBe(shown(last.page[at]));
          });
        }
      },
    ),
    { numRuns: 1_500 },
  );
});
