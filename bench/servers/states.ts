/** The app of the benches on events and deltas: a state for each question. */
import { event, State, type Background } from "../../src/index.ts";
import { listenApp } from "../support/bench-app.ts";
import { serve } from "../support/serve.ts";

/** So that what a task commits is not in one update with the result of its start. */
const AFTER_START_MS = 50;

class CounterState extends State {
  counter = 0;

  @event add() {
    this.counter += 1;
  }
}

/** A dozen vars, of which one changes. */
class WideState extends State {
  counter = 0;
  others = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`key${at}`, at]));
  a0 = 0;
  a1 = 1;
  a2 = 2;
  a3 = 3;
  a4 = 4;
  a5 = 5;
  a6 = 6;
  a7 = 7;
  a8 = 8;
  a9 = 9;

  @event add() {
    this.counter += 1;
  }
}

/** Ten computed vars that depend on what changes. */
class ComputedState extends State {
  counter = 0;

  get c0() {
    return this.counter % 7;
  }
  get c1() {
    return this.counter % 11;
  }
  get c2() {
    return this.counter % 13;
  }
  get c3() {
    return this.counter % 17;
  }
  get c4() {
    return this.counter % 19;
  }
  get c5() {
    return this.counter % 23;
  }
  get c6() {
    return this.counter % 29;
  }
  get c7() {
    return this.counter % 31;
  }
  get c8() {
    return this.counter % 37;
  }
  get c9() {
    return this.counter % 41;
  }
  @event add() {
    this.counter += 1;
  }
}

/** A computed var over a list that does not change. */
class UntouchedState extends State {
  counter = 0;
  numbers: number[] = [];

  get sum() {
    return this.numbers.reduce((sum, each) => sum + each, 0);
  }
  @event fill(count: number) {
    this.numbers = Array.from({ length: count }, (_, at) => at);
  }
  @event add() {
    this.counter += 1;
  }
}

/** A computed var over a list that changes. */
class SummedState extends State {
  numbers: number[] = [];

  get sum() {
    return this.numbers.reduce((sum, each) => sum + each, 0);
  }
  @event fill(count: number) {
    this.numbers = Array.from({ length: count }, (_, at) => at);
  }
  @event add() {
    this.numbers[7]! += 1;
  }
}

/** What is to be avoided: a new list for each change. */
class CopiedState extends State {
  items: { id: number; title: string }[] = [];

  @event fill(count: number) {
    this.items = Array.from({ length: count }, (_, id) => ({ id, title: `Item number ${id}` }));
  }
  @event add() {
    this.items = this.items.map((item) => (item.id === 7 ? { id: 7, title: `${item.title}!`.slice(-20) } : item));
  }
}

class ListState extends State {
  items: { id: number; title: string }[] = [];

  @event fill(count: number) {
    this.items = Array.from({ length: count }, (_, id) => ({ id, title: `Item number ${id}` }));
  }
  @event add() {
    this.items.push({ id: this.items.length, title: "A new item" });
  }
  /** The same as a task does it: its update has nothing else in it. */
  @event({ background: true }) async addLater(this: Background<ListState>) {
    await this.task.sleep(AFTER_START_MS);
    await this.lock((self) => void self.items.push({ id: self.items.length, title: "A new item" }));
  }
}

class TableState extends State {
  rows: number[][] = [];
  _at = 0;

  @event fill(count: number) {
    this.rows = Array.from({ length: count }, (_, row) => Array.from({ length: 20 }, (_, column) => row * 20 + column));
  }
  @event add() {
    this._step();
  }
  @event({ background: true }) async addLater(this: Background<TableState>) {
    await this.task.sleep(AFTER_START_MS);
    await this.lock((self) => self._step());
  }
  _step() {
    this._at += 7;
    this.rows[this._at % this.rows.length]![this._at % 20]! += 100_000;
  }
}

class MapState extends State {
  entries = new Map<string, number>();
  _at = 0;

  @event fill(count: number) {
    this.entries = new Map(Array.from({ length: count }, (_, at) => [`key ${at}`, at]));
  }
  @event add() {
    this._step();
  }
  @event({ background: true }) async addLater(this: Background<MapState>) {
    await this.task.sleep(AFTER_START_MS);
    await this.lock((self) => self._step());
  }
  _step() {
    this._at += 7;
    const key = `key ${this._at % this.entries.size}`;
    this.entries.set(key, (this.entries.get(key) ?? 0) + 100_000);
  }
}

class LogState extends State {
  lines: string[] = [];

  @event fill(count: number) {
    this.lines = Array.from({ length: count }, (_, at) => line(at));
  }
  @event add() {
    this._step();
  }
  @event({ background: true }) async addLater(this: Background<LogState>) {
    await this.task.sleep(AFTER_START_MS);
    await this.lock((self) => self._step());
  }
  _step() {
    this.lines.push(line(this.lines.length));
    this.lines.shift();
  }
}

function line(at: number): string {
  return `2026-01-01T00:00:00Z INFO request ${String(at).padStart(6, "0")} took 12 ms`;
}

/** When each token was committed, in ms on the system's monotonic clock, which all processes share. */
let committedAt: number[] = [];
let streamedMs = 0;

class TextState extends State {
  text = "";

  /** A commit for each token of five characters; `turns`: whether the event loop turns between two, as it does while tokens come from a network. */
  @event({ background: true }) async stream(this: Background<TextState>, tokens: number, turns: boolean) {
    await this.task.sleep(AFTER_START_MS);
    committedAt = [];
    const start = performance.now();
    for (let at = 0; at < tokens; at += 1) {
      await this.lock((self) => void (self.text += "abcd "));
      committedAt.push(monotonicMs());
      if (turns) await new Promise((resolve) => setImmediate(resolve));
    }
    streamedMs = performance.now() - start;
  }
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const states = [
  CounterState,
  WideState,
  ComputedState,
  UntouchedState,
  SummedState,
  CopiedState,
  ListState,
  TableState,
  MapState,
  LogState,
  TextState,
];
const { port } = await listenApp({ states });
serve(port, { streamed: () => ({ committedAt, streamedMs }) });
