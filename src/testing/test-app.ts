import { App, type AppOptions, type ErrorInfo, type Logger } from "../server/index.ts";
import { ManualClock } from "./manual-clock.ts";
import { TestPage, type TestPageOptions } from "./test-page.ts";

/** What a test app has logged. */
export interface LogEntry {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** An error that an event, a task or a computed var threw. */
export interface ReportedError {
  readonly error: unknown;
  readonly info: ErrorInfo;
}

/** How a test app is made: as an app, but for what the kit itself provides. */
export type TestAppOptions = Omit<AppOptions, "clock" | "logger" | "clientDir">;

/** Lines in memory don't die unseen, and a clock that is moved on by days should have nothing to do on the way. */
const NO_HEARTBEATS = 1e12;

/**
 * An app in the test's own process, with pages without sockets and a clock that stands still.
 *
 * @example
 * ```ts
 * await using test = createTestApp({ states: [MyTaskState] });
 * const task = test.connect().state(MyTaskState);
 * await test.settle(); // the page has its first snapshot
 * await task.toggleRunning();
 * await test.advance(500);
 * expect(task.counter).toBe(2);
 * ```
 */
export class TestApp {
  readonly clock = new ManualClock();
  readonly errors: ReportedError[] = [];
  readonly logs: LogEntry[] = [];
  readonly #pages: TestPage[] = [];
  readonly #make: () => App;
  #app: App;
  #isDown = false;

  constructor(options: TestAppOptions) {
    this.#make = () =>
      new App({
        heartbeatMs: NO_HEARTBEATS,
        ...options,
        clock: this.clock,
        logger: this.#logger(),
        onError: (error, info) => {
          this.errors.push({ error, info });
          return options.onError?.(error, info);
        },
      });
    this.#app = this.#make();
  }

  /** The app; after a `restart` another one. */
  get app(): App {
    return this.#app;
  }

  /** A page that connects at once. */
  connect(options?: TestPageOptions): TestPage {
    const page = new TestPage(this.#app.path, () => (this.#isDown ? undefined : this.#app), this.clock, options);
    this.#pages.push(page);
    return page;
  }

  /** Settles when everything that can happen without time passing, or the world outside, has happened. */
  async settle(): Promise<void> {
    let quiet = 0;
    for (let before = -1; quiet < 2;) {
      await this.app.settle();
      await new Promise((resolve) => setImmediate(resolve));
      const now = this.#pages.reduce((sum, page) => sum + page.activity, 0);
      quiet = now === before ? quiet + 1 : 0;
      before = now;
    }
  }

  /** Moves the clock on by `ms`, and settles after everything that becomes due on the way. */
  async advance(ms: number): Promise<void> {
    await this.settle();
    let left = ms;
    for (let went = this.clock.fireNext(left); went !== undefined; went = this.clock.fireNext(left)) {
      left -= went;
      await this.settle();
    }
    this.clock.advance(left);
    await this.settle();
  }

  /**
   * Throws an error that names what still runs: background tasks, and timers of theirs or of the app. Pages are closed first; a task that outlives
   * its page must have been ended by the test.
   */
  async assertNoLeaks(): Promise<void> {
    for (const page of this.#pages) page.close();
    await this.settle();
    const tasks = [...this.app.backgroundTasks].map((task) => task.name);
    if (tasks.length > 0) throw new Error(`${tasks.length} background task(s) still run: ${tasks.join(", ")}.`);
  }

  /** Closes the app, and starts another one of the same options: it knows no session of the one before. */
  async restart(): Promise<void> {
    this.#isDown = true;
    await this.#closeApp();
    this.#app = this.#make();
    this.#isDown = false;
  }

  /** Closes the pages and the app; what still runs is cancelled. */
  async close(): Promise<void> {
    for (const page of this.#pages) page.close();
    await this.#closeApp();
    if (this.clock.pendingTimers > 0)
      throw new Error(`${this.clock.pendingTimers} timer(s) are still set after the app was closed.`);
  }

  async #closeApp(): Promise<void> {
    const closed = this.#app.close();
    // Tasks that go on are abandoned only when their grace time is over, and the clock stands still.
    let isClosed = false;
    void closed.then(() => (isClosed = true));
    await this.settle();
    while (!isClosed) {
      if (this.clock.fireNext(Number.MAX_SAFE_INTEGER) === undefined) break;
      await this.settle();
    }
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #logger(): Logger {
    const log =
      (level: LogEntry["level"]) =>
      (fields: object, message: string): void => {
        this.logs.push({ level, fields: fields as Record<string, unknown>, message });
      };
    return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
  }
}

/** An app for a test; dispose of it with `await using` or `close()`. */
export function createTestApp(options: TestAppOptions): TestApp {
  return new TestApp(options);
}
