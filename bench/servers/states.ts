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

const states = [CounterState, ListState, TableState, MapState, LogState, TextState];
const { port } = await listenApp({ states });
serve(port, { streamed: () => ({ committedAt, streamedMs }) });
