import { expect, it } from "vitest";
import { event, State } from "../../src/index.ts";
import { createTestApp, type TestPage } from "../../src/testing/index.ts";

const LINE = "a line of the log, about as long as lines are";

class LargeState extends State {
  items = Array.from({ length: 10_000 }, (_, id) => ({ id, title: `item ${id}` }));
  rows = Array.from({ length: 1_000 }, (_, row) => Array.from({ length: 20 }, (_cell, column) => row * column));
  records = Array.from({ length: 1_000 }, (_, id) => ({ id, name: `row ${id}`, amount: id }));
  entries = new Map(Array.from({ length: 10_000 }, (_, key) => [`key ${key}`, { n: key }]));
  text = "x".repeat(20_000);
  log = Array.from({ length: 1_000 }, (_, n) => `${n} ${LINE}`);

  @event append() {
    this.items.push({ id: 10_000, title: "the new one" });
  }
  @event cell() {
    this.rows[700]![13] = -1;
  }
  @event field() {
    this.records.find((record) => record.id === 400)!.amount = -1;
  }
  @event entry() {
    this.entries.get("key 5000")!.n = -1;
  }
  @event grow() {
    this.text += " and more";
  }
  @event roll() {
    this.log.shift();
    this.log.push(`new ${LINE}`);
  }
  @event mapped() {
    this.records = this.records.map((record) => (record.id === 7 ? { ...record, amount: -7 } : record));
  }
  @event removed() {
    this.records = this.records.filter((record) => record.id !== 500);
  }
  @event reassigned() {
    this.rows = JSON.parse(JSON.stringify(this.rows)) as number[][];
    this.rows[1]![1] = -5;
  }
}

/** The text of the states in the frame that a call's commit was sent in. */
async function delta(page: TestPage, call: () => Promise<unknown>): Promise<string> {
  const before = page.frames.length;
  await call();
  const frames = page.frames.slice(before).filter(({ direction }) => direction === "received");
  return frames.map(({ text }) => JSON.stringify((JSON.parse(text) as { states?: unknown }).states ?? {})).join("");
}

it.each([
  ["append", JSON.stringify({ id: 10_000, title: "the new one" })],
  ["cell", "-1"],
  ["field", "-1"],
  ["entry", "-1"],
  ["grow", " and more"],
  ["roll", `new ${LINE}`],
  ["mapped", "-7"],
  ["removed", ""],
  ["reassigned", "-5"],
] as const)("2.4.2 %s: the delta carries what changed, and at most 80 bytes beside it", async (name, payload) => {
  await using test = createTestApp({ states: [LargeState] });
  const page = test.connect();
  const state = page.state(LargeState);
  await test.settle();
  const text = await delta(page, () => state[name]());
  expect(text).toContain(payload);
  expect(text.length - payload.length).toBeLessThanOrEqual(80);
  // And the page has the same as the server.
  page.close();
  const other = test.connect({ storage: page.storage });
  const again = other.state(LargeState);
  await test.settle();
  expect({ ...again }).toMatchObject({
    items: state.items,
    rows: state.rows,
    records: state.records,
    text: state.text,
    log: state.log,
  });
  expect([...again.entries]).toEqual([...state.entries]);
});
