/** A job of a serial queue: synchronous, or done when its promise settles. Must not throw or reject. */
export type Job = () => void | Promise<void>;

/** Runs jobs one at a time, in the order in which they were added. An idle queue runs a job at once. */
export class SerialQueue {
  #waiting: Job[] = [];
  #next = 0;
  #isRunning = false;
  readonly #onPause: () => void;

  /** @param onPause told when no job begins at once: the one that has begun is not done, or none is left. */
  constructor(onPause: () => void = () => {}) {
    this.#onPause = onPause;
  }

  /** How many jobs wait for their turn. */
  get length(): number {
    return this.#waiting.length - this.#next;
  }

  get isIdle(): boolean {
    return !this.#isRunning;
  }

  add(job: Job): void {
    this.#waiting.push(job);
    if (!this.#isRunning) this.#run();
  }

  #run(): void {
    this.#isRunning = true;
    while (this.#next < this.#waiting.length) {
      const job = this.#waiting[this.#next]!;
      this.#next += 1;
      if (this.#next === this.#waiting.length) {
        this.#waiting = [];
        this.#next = 0;
      } else if (this.#next > 1024) {
        this.#waiting = this.#waiting.slice(this.#next);
        this.#next = 0;
      }
      const done = job();
      if (done !== undefined) {
        this.#onPause();
        void done.then(() => this.#run());
        return;
      }
    }
    this.#isRunning = false;
    this.#onPause();
  }
}
