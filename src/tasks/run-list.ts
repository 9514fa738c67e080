import type { Clock, Timer } from "../base/clock.ts";
import { toValue, type Value } from "../state/values.ts";
import type { TaskRun } from "./task-run.ts";

/** How long, and how many, runs that have ended are kept. */
export interface RunKeeping {
  /** In ms after their end. */
  readonly ms: number;
  /** Of each task of a session. */
  readonly count: number;
}

/** Many that end together are not forgotten before who started them could look: only after so long, or at so many times what is to be kept. */
const SURPLUS_MS = 5_000;
const MAX_EXCESS = 10;

/** The runs of one task that a session knows: those that go on, and the last ones that have ended. What a page that looks is shown of them is one value. */
export class RunList {
  /** Such as `MyState.myTask`. */
  readonly name: string;
  /** Told, while somebody watches, that what is shown has changed: once until `value` is read. */
  readonly #onChange: () => void;
  readonly #clock: Clock;
  readonly #keeping: RunKeeping;
  readonly #runs = new Map<string, TaskRun>();
  /** In the order in which they ended. */
  readonly #ended: { readonly run: TaskRun; readonly at: number }[] = [];
  #timer: Timer | undefined;
  #value: Value = undefined;
  #watchers = 0;

  constructor(name: string, clock: Clock, keeping: RunKeeping, onChange: () => void) {
    this.name = name;
    this.#clock = clock;
    this.#keeping = keeping;
    this.#onChange = onChange;
  }

  get(id: string): TaskRun | undefined {
    return this.#runs.get(id);
  }

  get runs(): Iterable<TaskRun> {
    return this.#runs.values();
  }

  /** The runs as a page is shown them, in the order in which they were asked for: the same value until something of it has changed. */
  get value(): Value {
    return (this.#value ??= toValue(
      Array.from(this.#runs.values(), (run) => run.value),
      this.name,
    ));
  }

  add(run: TaskRun): void {
    this.#runs.set(run.id, run);
    this.changed();
  }

  /** One of its runs has ended. */
  ended(run: TaskRun): void {
    if (!this.#runs.has(run.id)) return;
    this.#ended.push({ run, at: this.#clock.now() });
    if (this.#ended.length > this.#keeping.count * MAX_EXCESS) this.#forgetOldest();
    else if (this.#ended.length === this.#keeping.count + 1) this.#stopTimer();
    this.#watchAge();
  }

  changed(): void {
    if (this.#value === undefined) return;
    this.#value = undefined;
    if (this.#watchers > 0) this.#onChange();
  }

  watch(): void {
    this.#watchers += 1;
  }

  unwatch(): void {
    this.#watchers -= 1;
  }

  dispose(): void {
    this.#stopTimer();
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #forgetOldest(): void {
    this.#runs.delete(this.#ended.shift()!.run.id);
    this.changed();
  }

  #watchAge(): void {
    const [oldest] = this.#ended;
    if (oldest === undefined || this.#timer !== undefined) return;
    const keptMs = this.#keptMs();
    if (keptMs === Number.POSITIVE_INFINITY) return;
    const dueIn = Math.max(0, oldest.at + keptMs - this.#clock.now());
    this.#timer = this.#clock.setTimer(
      dueIn,
      () => {
        this.#timer = undefined;
        const now = this.#clock.now();
        while (this.#ended.length > 0 && this.#ended[0]!.at + this.#keptMs() <= now) this.#forgetOldest();
        this.#watchAge();
      },
      false,
    );
  }

  /** How long the oldest that has ended is kept: not long where there are more than are to be kept. */
  #keptMs(): number {
    const { ms, count } = this.#keeping;
    return this.#ended.length > count ? Math.min(ms, SURPLUS_MS) : ms;
  }
}
