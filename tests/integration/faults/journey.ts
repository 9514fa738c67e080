import { expect } from "vitest";
import { WebSocket } from "ws";
import { connect, type Client, type ClientClock, type ConnectOptions } from "../../../src/client/index.ts";
import { event, State, type Background } from "../../../src/index.ts";
import { App, type AppOptions } from "../../../src/server/index.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { silent } from "../server/counter-state.ts";

/** A state that tells what has run, how often, in which order, and where the page was. */
export class JourneyState extends State {
  log: string[] = [];
  path = "";
  ticks = 0;
  text = "";

  @event add(key: string) {
    this.log.push(key);
    this.path = this.router.page.path;
    return this.log.length;
  }
  @event refuse(key: string) {
    this.log.push(key);
    throw new Error("undone");
  }
  @event({ background: true }) async tick(this: Background<JourneyState>, times: number) {
    for (let time = 1; time <= times; time += 1) {
      await this.lock((self) => (self.ticks += 1));
      await this.task.sleep(0);
    }
  }
  /** Commits large texts until the page is judged gone. */
  @event({ background: true }) async flood(this: Background<JourneyState>, length: number) {
    while (this.task.connected) {
      await this.lock((self) => {
        self.ticks += 1;
        self.text = String(self.ticks % 10).repeat(length);
      });
      await this.task.sleep(1);
    }
  }
}

/** The system's clock, for a client whose waits are `speed` times as short. */
export function fastClock(speed: number): ClientClock {
  return {
    now: () => performance.now() * speed,
    setTimeout: (callback, ms) => setTimeout(callback, Math.min(ms / speed, 2 ** 31 - 1)),
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  };
}

/** An app behind a proxy, and pages that come through it. */
export class Journey implements AsyncDisposable {
  readonly app: App;
  readonly proxy: FaultProxy;
  readonly #clients: Client[] = [];

  private constructor(app: App, proxy: FaultProxy) {
    this.app = app;
    this.proxy = proxy;
  }

  static async begin(options: Partial<AppOptions> = {}): Promise<Journey> {
    const app = new App({ states: [JourneyState], logger: silent, ...options });
    const { port } = await app.listen(0, "127.0.0.1");
    return new Journey(app, await FaultProxy.to(port));
  }

  /** A page over the proxy, subscribed. */
  page(options: Partial<ConnectOptions> = {}) {
    const items = new Map<string, string>();
    const client = connect({
      url: this.proxy.url,
      webSocket: WebSocket,
      backoff: { minMs: 100, maxMs: 400 },
      clock: fastClock(100),
      storage: {
        getItem: (key) => items.get(key) ?? null,
        setItem: (key, value) => void items.set(key, value),
        removeItem: (key) => void items.delete(key),
      },
      onError: () => {},
      ...options,
    });
    this.#clients.push(client);
    const replica = client.state(JourneyState);
    replica.subscribe(() => {});
    return {
      client,
      state: replica.page,
      /** Calls an event, also before the first values have said which events there are. */
      call: (name: "add" | "refuse" | "tick" | "flood", ...args: unknown[]) => replica.call(name, args),
      token: () => [...items].find(([key]) => key.endsWith(":token"))?.[1],
      /** Settles when the page's values are so. */
      shows: async (isSo: (values: JourneyState) => boolean): Promise<void> => {
        if (isSo((replica.values ?? {}) as never)) return;
        await new Promise<void>((resolve) => {
          const stop = replica.subscribe(() => {
            if (!isSo(replica.values as never)) return;
            stop();
            resolve();
          });
        });
      },
      /** Settles when the client's status is so. */
      becomes: async (isSo: (client: Client) => boolean): Promise<void> => {
        if (isSo(client)) return;
        await new Promise<void>((resolve) => {
          const stop = client.onConnection(() => {
            if (!isSo(client)) return;
            stop();
            resolve();
          });
        });
      },
    };
  }

  /** What the server has of a page's session. */
  values(token: string): Promise<{ log: string[]; ticks: number }> {
    return this.app.modifyState(token, JourneyState, ({ log, ticks }) => ({ log: [...log], ticks })) as never;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.proxy[Symbol.asyncDispose]();
    await this.app.close();
  }
}

/** How many events `travel` calls. */
const EVENTS = 24;

/**
 * A conversation with everything in it: hello, welcome, first values, calls that succeed and that fail, a navigation,
 * a task's run and its commits, acknowledgements. Whatever happens to the connection, it has to end as if nothing had happened.
 */
export async function travel(journey: Journey): Promise<void> {
  // Another place at each question: after the welcome the client says that the page has moved.
  let asked = 0;
  const page = journey.page({ page: () => ({ path: `/${(asked += 1)}`, query: "" }) });
  const keys = Array.from({ length: EVENTS }, (_, at) => `e${at}`);
  const results: unknown[] = [];
  for (const key of keys.slice(0, 8)) results.push(await page.call("add", key));
  const failing = page.call("refuse", "undone").catch((error: { code: string }) => error.code);
  const task = page.call("tick", 20);
  // In one go: several are on their way at once.
  results.push(...(await Promise.all(keys.slice(8).map((key) => page.call("add", key)))));
  expect(await failing).toBe("EVENT_FAILED");
  expect(await task).toMatchObject({ id: expect.any(String) });
  await page.shows(({ log, ticks }) => log?.length === EVENTS && ticks === 20);
  expect(results).toEqual(keys.map((_, at) => at + 1));
  expect(page.state.log).toEqual(keys);
  expect(await journey.values(page.token()!)).toEqual({ log: keys, ticks: 20 });
  expect(["new", "resumed"]).toContain(page.client.connection.session);
  page.client.close();
}
