import type { Clock } from "../base/clock.ts";
import type { Progress } from "../base/run.ts";
import type { ProgressReport } from "../state/background.ts";
import { fromValue, toValue, type Value } from "../state/values.ts";

/** The rate is that of the last `SAMPLES * SAMPLE_MS` milliseconds. */
const SAMPLES = 12;
const SAMPLE_MS = 500;

/** What a task has reported, merged, and the rate that follows from when it was reported. */
export class ProgressMeter {
  readonly #clock: Clock;
  readonly #name: string;
  #value: number | undefined;
  #total: number | undefined;
  #message: string | undefined;
  #data: Value = undefined;
  /** Values and when they were reported, the oldest first. */
  readonly #samples: { readonly at: number; readonly value: number }[] = [];
  #lastAt = 0;

  constructor(clock: Clock, name: string) {
    this.#clock = clock;
    this.#name = name;
  }

  /** @throws StateSerializationError, TypeError; nothing is taken over then. */
  report({ value, total, message, data }: ProgressReport): void {
    this.#check(value, "value");
    this.#check(total, "total");
    if (message !== undefined && typeof message !== "string")
      throw new TypeError(`${this.#name} reports a message that is no text.`);
    if (data !== undefined) this.#data = toValue(data, `the progress of ${this.#name}`);
    if (total !== undefined) this.#total = total;
    if (message !== undefined) this.#message = message;
    if (value === undefined) return;
    this.#value = value;
    this.#lastAt = this.#clock.now();
    // What was before a pause says nothing of the rate; but who reports seldom has nothing newer.
    while (this.#samples.length > 1 && this.#samples[0]!.at < this.#lastAt - SAMPLES * SAMPLE_MS) this.#samples.shift();
    const last = this.#samples.at(-1);
    if (last === undefined || this.#lastAt - last.at >= SAMPLE_MS) this.#samples.push({ at: this.#lastAt, value });
  }

  /** As the page gets it. */
  get value(): Value {
    return toValue({ ...this.#numbers(), ...(this.#data === undefined ? {} : { data: this.#data }) }, "progress");
  }

  /** For server code. */
  get progress(): Progress {
    return { ...this.#numbers(), ...(this.#data === undefined ? {} : { data: fromValue(this.#data) }) };
  }

  #numbers(): Omit<Progress, "data"> {
    const rate = this.#rate();
    const left = this.#total === undefined || this.#value === undefined ? undefined : this.#total - this.#value;
    return {
      ...(this.#value === undefined ? {} : { value: this.#value }),
      ...(this.#total === undefined ? {} : { total: this.#total }),
      ...(this.#message === undefined ? {} : { message: this.#message }),
      ...(rate === undefined ? {} : { rate }),
      ...(rate === undefined || left === undefined || rate <= 0
        ? {}
        : { remainingMs: Math.round((Math.max(0, left) / rate) * 1_000) }),
    };
  }

  #rate(): number | undefined {
    const [oldest] = this.#samples;
    if (oldest === undefined || this.#lastAt <= oldest.at) return undefined;
    return ((this.#value! - oldest.value) / (this.#lastAt - oldest.at)) * 1_000;
  }

  #check(number: unknown, what: string): void {
    if (number !== undefined && (typeof number !== "number" || !Number.isFinite(number)))
      throw new TypeError(`${this.#name} reports a ${what} that is no finite number.`);
  }
}
