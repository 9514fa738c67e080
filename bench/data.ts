// How much do copying in, comparing and encoding cost, and how large are the deltas?
import { copyIn } from "../src/data/copy-in.ts";
import { CHUNK_SIZE, ListNode } from "../src/data/list-node.ts";
import { MapNode } from "../src/data/map-node.ts";
import type { Node } from "../src/data/node.ts";
import { createRecord, sealRecord } from "../src/data/record-node.ts";
import { apply } from "../src/delta/apply.ts";
import { diff } from "../src/delta/diff.ts";
import type { Encoded, EncodedPatch } from "../src/wire/codec.ts";
import { decodeFrozen, decodePatch } from "../src/wire/decode.ts";
import { encodeNode, encodePatch } from "../src/wire/encode-node.ts";

interface Todo {
  id: number;
  title: string;
  done: boolean;
}

/** Keeps results alive, so that the compiler can't drop the work. */
let sink: unknown;

function measure(name: string, run: (round: number) => unknown, note = ""): void {
  let rounds = 1;
  let best = Number.POSITIVE_INFINITY;
  // Grows until one sample takes 20 ms, then takes the best of seven.
  for (let samples = 0; samples < 7;) {
    const start = performance.now();
    for (let round = 0; round < rounds; round += 1) sink = run(round);
    const took = performance.now() - start;
    if (took < 20 && rounds < 1e7) rounds *= 2;
    else {
      best = Math.min(best, took / rounds);
      samples += 1;
    }
  }
  const micros = best * 1000;
  console.log(`${name.padEnd(48)} ${micros.toFixed(micros < 10 ? 3 : 1).padStart(10)} µs   ${note}`);
}

const todo = (id: number): Todo => ({ id, title: `Todo number ${id}`, done: false });
const todos = (count: number): Todo[] => Array.from({ length: count }, (_, id) => todo(id));

/** The next version of a list, as a draft of it makes it: the chunks that change are copied, the others shared. */
function edited(
  list: ListNode,
  edit: (items: { at: (index: number, item: Node) => void; push: (item: Node) => void; shift: () => void }) => void,
): ListNode {
  const chunks = list.chunks.slice() as Node[][];
  const owned = new Set<number>();
  let { start, length } = list;
  const put = (position: number, item: Node): void => {
    const at = Math.floor(position / CHUNK_SIZE) - list.firstChunk;
    if (!owned.has(at)) chunks[at] = chunks[at]?.slice() ?? [];
    owned.add(at);
    chunks[at]![position - (at + list.firstChunk) * CHUNK_SIZE] = item;
  };
  edit({
    at: (index, item) => put(start + index, item),
    push: (item) => put(start + length++, item),
    shift: () => {
      start += 1;
      length -= 1;
    },
  });
  const gone = Math.floor(start / CHUNK_SIZE) - list.firstChunk;
  return new ListNode(start, length, list.firstChunk + gone, chunks.slice(gone), list.lineage);
}

function withField(node: Node, key: string, value: Node): Node {
  const record = createRecord();
  for (const name of Object.keys(node as object)) record[name] = (node as Record<string, Node>)[name];
  record[key] = value;
  return sealRecord(record);
}

function listOf(value: unknown): ListNode {
  return copyIn(value, "list") as ListNode;
}

/** One delta, out, over and in. */
function measureDelta(name: string, before: Node, after: Node): void {
  const patch = diff(before, after);
  if (patch === undefined) throw new Error(`${name}: no difference`);
  const text = JSON.stringify(encodePatch(patch));
  const page = decodeFrozen(encodeNode(before));
  measure(
    `diff: ${name}`,
    () => diff(before, after),
    `${text.length} B: ${text.length < 100 ? text : `${text.slice(0, 100)}...`}`,
  );
  measure(`  encode and stringify`, () => JSON.stringify(encodePatch(patch)));
  measure(`  parse, decode and apply`, () => apply(page, decodePatch(JSON.parse(text) as EncodedPatch)));
}

const small = todo(1);
const large = todos(10_000);
measure("copyIn: {id, title, done}", () => copyIn(small, "todo"));
measure("copyIn: 10,000 of them", () => copyIn(large, "todos"));
const deep = { user: { name: "Ada", tags: ["a", "b"], at: { lat: 1.5, lon: 2.5 } }, items: [todo(1), todo(2)] };
measure("copyIn: a nested object", () => copyIn(deep, "deep"));

measure("encode: a counter", (round) => encodeNode(round));
const counter = diff(41, 42)!;
measure("counter delta: encode and stringify", () => JSON.stringify({ counter: encodePatch(counter) }));
const counterText = JSON.stringify({ counter: encodePatch(counter) });
measure("counter delta: parse, decode and apply", () =>
  apply(41, decodePatch((JSON.parse(counterText) as { counter: EncodedPatch }).counter)),
);
const ten = listOf(large);
measure("encode and stringify: 10,000 todos", () => JSON.stringify(encodeNode(ten)));
const tenText = JSON.stringify(encodeNode(ten));
measure("parse and decode: 10,000 todos", () => decodeFrozen(JSON.parse(tenText) as Encoded));

measureDelta(
  "append to 10,000",
  ten,
  edited(ten, (list) => list.push(copyIn(todo(10_000), "todo"))),
);
const hundred = listOf(todos(100_000));
measureDelta(
  "append to 100,000",
  hundred,
  edited(hundred, (list) => list.push(copyIn(todo(100_000), "todo"))),
);
measureDelta(
  "remove the first of 10,000",
  ten,
  edited(ten, (list) => list.shift()),
);
const log = listOf(Array.from({ length: 1_000 }, (_, line) => `line ${line}`));
measureDelta(
  "rolling log of 1,000",
  log,
  edited(log, (list) => (list.shift(), list.push("line 1000"))),
);

const rows = listOf(Array.from({ length: 1_000 }, (_, row) => Array.from({ length: 20 }, (_, column) => row * column)));
measureDelta(
  "a cell of 1,000 rows as lists",
  rows,
  edited(rows, (list) =>
    list.at(
      500,
      edited(rows.get(500) as ListNode, (row) => row.at(7, -1)),
    ),
  ),
);
const records = listOf(
  Array.from({ length: 1_000 }, (_, row) =>
    Object.fromEntries(Array.from({ length: 20 }, (_, column) => [`c${column}`, row * column])),
  ),
);
measureDelta(
  "a cell of 1,000 rows as records",
  records,
  edited(records, (list) => list.at(500, withField(records.get(500), "c7", -1))),
);

const items = ten.toArray();
measureDelta(
  "items.map with one changed of 10,000",
  ten,
  ListNode.of(items.map((item, at) => (at === 3 ? withField(item, "done", true) : item))),
);
measureDelta("items.filter without one of 10,000", ten, ListNode.of(items.filter((_, at) => at !== 5_000)));
measureDelta("10,000 reversed", ten, ListNode.of(items.toReversed()));
measureDelta(
  "10,000 assigned anew, one changed",
  ten,
  listOf(large.map((item) => (item.id === 3 ? { ...item, done: true } : item))),
);

const entries = MapNode.of(items.map((item, at) => [`key ${at}`, item]));
let version = entries;
measure("set one entry of a Map of 10,000", (round) => (version = version.with([[`key ${round % 10_000}`, round]])));
measureDelta("one entry of a Map of 10,000", entries, entries.with([["key 77", withField(items[77], "done", true)]]));
let versions = entries;
measure("  set and diff, version after version", (round) => {
  const before = versions;
  versions = before.with([[`key ${round % 10_000}`, round]]);
  return diff(before, versions);
});

const text = "The quick brown fox jumps over the lazy dog. ".repeat(500);
measureDelta("append to a text of 22,500", text, `${text}And on.`);
measureDelta("a word within a text of 22,500", text, `${text.slice(0, 9_000)}slow${text.slice(9_005)}`);
void sink;
