import fc from "fast-check";
import { expect, it } from "vitest";
import { toPlain } from "../../src/data/to-plain.ts";
import { StateTable } from "../../src/sessions/state-table.ts";
import { emptyRouter } from "../../src/state/router.ts";
import { Snapshot } from "../../src/state/snapshot.ts";
import { State } from "../../src/state/state.ts";
import { Transaction } from "../../src/state/transaction.ts";
import { shown } from "./plain-values.ts";
import { bareHost } from "./bare-host.ts";

interface Item {
  n: number;
  tags: number[];
  child: Item | null;
}

class TreeState extends State {
  early: Item | null = null;
  rows: Item[] = [];
  map = new Map<string, Item>();
  record: Record<string, Item> = {};
  box: { inner: Item | null; list: Item[] } = { inner: null, list: [] };
  late: Item | null = null;
}

type Tree = Pick<TreeState, "early" | "rows" | "map" | "record" | "box" | "late">;

const emptyTree = (): Tree => ({
  early: null,
  rows: [],
  map: new Map(),
  record: {},
  box: { inner: null, list: [] },
  late: null,
});

/** What one program works with: the tree, and references that it has kept. `isFree`: it was taken out, and may be put in elsewhere. */
interface Run {
  readonly tree: Tree;
  held: { item: Item; isFree: boolean }[];
  /** Objects put in since the last commit: after it they are the program's own again. */
  fresh: Set<Item>;
}

/** One step, the same for plain values and for the state; what it gives must be the same too. */
type Step = (run: Run) => unknown;

const KEYS = ["a", "b"];
const PLACES = 10;

function peek({ tree }: Run, place: number): Item | null | undefined {
  const key = KEYS[place % 2]!;
  if (place < 2) return tree.rows.at(place === 0 ? 0 : -1);
  if (place < 4) return tree.map.get(key);
  if (place < 6) return tree.record[key];
  if (place === 6) return tree.early;
  if (place === 7) return tree.late;
  return place === 8 ? tree.box.inner : tree.box.list[0];
}

function put({ tree }: Run, place: number, item: Item): void {
  const key = KEYS[place % 2]!;
  if (place === 0) tree.rows.unshift(item);
  else if (place === 1) tree.rows.push(item);
  else if (place < 4) tree.map.set(key, item);
  else if (place < 6) tree.record[key] = item;
  else if (place === 6) tree.early = item;
  else if (place === 7) tree.late = item;
  else if (place === 8) tree.box.inner = item;
  else tree.box.list.splice(0, 0, item);
}

function take(run: Run, place: number): Item | null | undefined {
  const item = peek(run, place);
  const { tree } = run;
  const key = KEYS[place % 2]!;
  if (place === 0) tree.rows.shift();
  else if (place === 1) tree.rows.pop();
  else if (place < 4) tree.map.delete(key);
  else if (place < 6) delete tree.record[key];
  else if (place === 6) tree.early = null;
  else if (place === 7) tree.late = null;
  else if (place === 8) tree.box.inner = null;
  else tree.box.list.splice(0, 1);
  return item;
}

const holds = (item: Item | null, wanted: Item): boolean =>
  item !== null && (item === wanted || holds(item.child, wanted));

const keep = (run: Run, item: Item | null | undefined, isFree: boolean): void => {
  if (item !== null && item !== undefined) run.held.push({ item, isFree });
};

const place = fc.nat(PLACES - 1);
const number = fc.nat(9);
const heldAt = (run: Run, at: number) => run.held[at % Math.max(1, run.held.length)];

const everywhere: fc.Arbitrary<Step>[] = [
  fc.tuple(place, number).map(([at, n]): Step => (run) => {
    const item: Item = { n, tags: [n], child: null };
    run.fresh.add(item);
    put(run, at, item);
  }),
  place.map(
    (at): Step =>
      (run) =>
        keep(run, peek(run, at), false),
  ),
  number.map(
    (at): Step =>
      (run) =>
        keep(run, heldAt(run, at)?.item.child, false),
  ),
  fc.tuple(number, number).map(([at, n]): Step => (run) => {
    const item = heldAt(run, at)?.item;
    if (item === undefined) return;
    item.n = n;
    item.tags.push(n);
    return shown(item);
  }),
  fc.tuple(place, number).map(([at, n]): Step => (run) => {
    const item = peek(run, at);
    if (item) item.tags.unshift(n);
    return item?.n;
  }),
  number.map((at): Step => (run) => {
    const item = heldAt(run, at)?.item;
    const { rows, box } = run.tree;
    return item && [rows.indexOf(item), box.list.includes(item), rows.findIndex((row) => row === item)];
  }),
  fc.constant<Step>((run) => void run.tree.rows.sort((a, b) => a.n - b.n)),
  fc.constant<Step>((run) => void run.tree.rows.reverse()),
  place.map(
    (at): Step =>
      (run) =>
        void take(run, at),
  ),
];

/** Moves: what was taken out is put in once. */
const moves: fc.Arbitrary<Step>[] = [
  place.map(
    (at): Step =>
      (run) =>
        keep(run, take(run, at), true),
  ),
  number.map((at): Step => (run) => {
    const entry = heldAt(run, at);
    if (entry === undefined) return;
    keep(run, entry.item.child, true);
    entry.item.child = null;
  }),
  fc.tuple(number, place).map(([at, to]): Step => (run) => {
    const entry = heldAt(run, at);
    if (entry?.isFree !== true) return;
    entry.isFree = false;
    put(run, to, entry.item);
  }),
  fc.tuple(number, number).map(([at, to]): Step => (run) => {
    const [entry, parent] = [heldAt(run, at), heldAt(run, to)?.item];
    if (entry?.isFree !== true || parent === undefined || parent.child !== null) return;
    if (run.fresh.has(parent) || holds(entry.item, parent)) return;
    entry.isFree = false;
    parent.child = entry.item;
  }),
];

/** What puts an object that stands somewhere into a second place. */
const aliases: fc.Arbitrary<Step>[] = [
  fc.tuple(number, place).map(([at, to]): Step => (run) => {
    const item = heldAt(run, at)?.item;
    if (item !== undefined) put(run, to, item);
  }),
  fc.tuple(place, place).map(([from, to]): Step => (run) => {
    const item = peek(run, from);
    if (item) put(run, to, item);
  }),
  fc.tuple(number, number).map(([at, to]): Step => (run) => {
    const [item, parent] = [heldAt(run, at)?.item, heldAt(run, to)?.item];
    if (item !== undefined && parent !== undefined && !holds(item, parent)) parent.child = item;
  }),
  fc.tuple(number, place).map(([at, to]): Step => (run) => {
    const item = heldAt(run, at)?.item;
    if (item !== undefined) put(run, to, { n: 0, tags: item.tags, child: item });
  }),
];

const table = new StateTable([{ stateClass: TreeState }]);
const definition = table.definitions[0]!;
const host = bareHost(definition);

const show = (tree: Tree): string =>
  definition.vars.map(({ name }) => `${name}: ${shown(tree[name as keyof Tree])}`).join("\n");
const committed = (snapshot: Snapshot): Tree =>
  Object.fromEntries(
    definition.vars.map(({ name, index }) => [name, toPlain(snapshot.valuesOf(definition)[index])]),
  ) as unknown as Tree;

/** A copy in which nothing stands in two places. */
function apart<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(apart) as T;
  if (value instanceof Map) return new Map([...(value as Map<unknown, unknown>)].map(([k, v]) => [k, apart(v)])) as T;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, apart(field as unknown)])) as T;
}

const windows = (steps: fc.Arbitrary<Step>[]) =>
  fc.array(fc.tuple(fc.array(fc.oneof(...steps), { minLength: 1, maxLength: 10 }), fc.nat(3)), {
    minLength: 1,
    maxLength: 8,
  });

it("2.2.4 references kept over yields go on standing for what was moved, whatever is moved where", () => {
  fc.assert(
    fc.property(windows([...everywhere, ...moves]), (program) => {
      const oracle: Run = { tree: emptyTree(), held: [], fresh: new Set() };
      let snapshot = Snapshot.first(table, emptyRouter("t"), host);
      let transaction = new Transaction(host, snapshot);
      let run: Run = { tree: transaction.self(definition) as Tree, held: [], fresh: new Set() };
      for (const [steps, end] of program) {
        for (const step of steps) expect(shown(step(run))).toBe(shown(step(oracle)));
        expect(show(run.tree)).toBe(show(oracle.tree));
        snapshot = transaction.commit();
        expect(show(committed(snapshot))).toBe(show(oracle.tree));
        expect(show(run.tree)).toBe(show(oracle.tree));
        const goes = oracle.held.map(({ item }) => oracle.fresh.has(item));
        for (const each of [run, oracle]) {
          each.held = each.held.filter((_, at) => !goes[at]);
          each.fresh.clear();
        }
        if (end > 0) continue;
        transaction.close();
        expect(shown(run.held.map(({ isFree }) => isFree))).toBe(shown(oracle.held.map(({ isFree }) => isFree)));
        transaction = new Transaction(host, snapshot);
        run = { tree: transaction.self(definition) as Tree, held: [], fresh: new Set() };
        oracle.held = [];
      }
    }),
    { numRuns: 1_500 },
  );
});

it("2.1.4 what stands in two places is one object until the commit and two values from then on, within one transaction or over several", () => {
  fc.assert(
    fc.property(windows([...everywhere, ...moves, ...aliases]), (program) => {
      let oracle: Run = { tree: emptyTree(), held: [], fresh: new Set() };
      let snapshot = Snapshot.first(table, emptyRouter("t"), host);
      let transaction = new Transaction(host, snapshot);
      for (const [steps, end] of program) {
        const run: Run = { tree: transaction.self(definition) as Tree, held: [], fresh: new Set() };
        for (const step of steps) expect(shown(step(run))).toBe(shown(step(oracle)));
        expect(show(run.tree)).toBe(show(oracle.tree));
        snapshot = transaction.commit();
        expect(show(committed(snapshot))).toBe(show(oracle.tree));
        oracle = { tree: apart(oracle.tree), held: [], fresh: new Set() };
        if (end > 0) continue;
        transaction.close();
        transaction = new Transaction(host, snapshot);
      }
    }),
    { numRuns: 1_500 },
  );
});
