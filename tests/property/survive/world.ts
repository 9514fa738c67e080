import { expect } from "vitest";
import { event, State, type Background } from "../../../src/index.ts";
import type { AppOptions } from "../../../src/server/index.ts";
import { createTestApp, MemoryStorage, type TestApp, type TestPage } from "../../../src/testing/index.ts";
import { countTimers } from "../count-timers.ts";
import { MemoryChannel } from "./memory-channel.ts";

export const TTL_MS = 600_000;
export const LOST_GRACE_MS = 30_000;

/** What has run, kept outside of the framework: in order, by session. */
let ran: { readonly token: string; readonly key: string }[] = [];
let commits = new Map<string, number>();

class LedgerState extends State {
  log: string[] = [];
  ticks = 0;

  @event add(key: string) {
    ran.push({ token: this.router.session.clientToken, key });
    this.log.push(key);
    return key;
  }
  @event refuse(key: string) {
    ran.push({ token: this.router.session.clientToken, key });
    this.log.push("never seen");
    throw new Error(key);
  }
  @event({ background: true }) async tick(this: Background<LedgerState>, key: string, times: number) {
    const { clientToken: token } = this.router.session;
    ran.push({ token, key });
    for (let time = 0; time < times; time += 1) {
      await this.task.sleep(100);
      await this.lock((self) => {
        self.ticks += 1;
        commits.set(token, (commits.get(token) ?? 0) + 1);
      });
    }
  }
  @event({ background: true, onDisconnect: "cancel" }) async stay(this: Background<LedgerState>, key: string) {
    ran.push({ token: this.router.session.clientToken, key });
    await this.task.sleep(1e9);
  }
}

export type EventName = "add" | "refuse" | "tick" | "stay";

/** A call, and how it has ended. */
export interface ModelCall {
  readonly key: string;
  readonly event: EventName;
  /** Whether its session may have been lost since it was made. */
  isExcused: boolean;
  outcome:
    | { readonly value: unknown }
    | { readonly error: { readonly code: string; readonly message: string } }
    | undefined;
}

/** What the oracle knows of a page. */
export class ModelPage {
  readonly name: string;
  readonly page: TestPage;
  readonly user: { name: string };
  readonly calls: ModelCall[] = [];
  isStalled = false;
  isDown = false;
  /** The connection that has died, which the page may not know. */
  deadId: string | undefined;
  /** Whether its session may have been lost since it was last seen to be connected. */
  atRisk = true;
  /** The session that it must have, unless it is at risk. */
  token: string | undefined;
  isClosed = false;

  constructor(name: string, page: TestPage, user: { name: string }) {
    this.name = name;
    this.page = page;
    this.user = user;
  }

  get isHealthy(): boolean {
    const isDead = this.deadId !== undefined && this.deadId === this.page.client.connection.sessionId;
    return !this.isStalled && !this.isDown && !this.isClosed && !isDead;
  }

  /** Its session may be lost from now on: what is open may be told so. */
  risk(): void {
    this.atRisk = true;
    for (const call of this.calls) call.isExcused ||= call.outcome === undefined;
  }

  get storedToken(): string | undefined {
    return this.page.storage.getItem("meanwhile:ws://test/_meanwhile:token") ?? undefined;
  }
}

/** An app and its pages, real; beside it, what a reader of the documentation would expect of them. */
export class World {
  readonly test: TestApp;
  readonly pages: ModelPage[] = [];
  readonly #timers: ReadonlySet<object>;
  #calls = 0;
  readonly #users = new Map<string, { name: string }>();
  #created = new Set<string>();
  #expired = new Set<string>();

  constructor() {
    ran = [];
    commits = new Map();
    MemoryChannel.open.clear();
    const options: Partial<AppOptions> = {
      heartbeatMs: 15_000,
      lostGraceMs: LOST_GRACE_MS,
      closeGraceMs: 3_000,
      sessionTtlMs: TTL_MS,
      authorize: ({ headers }) => ({ name: this.#userOf(headers["x-page"]!) }),
      onExpire: ({ clientToken }) => void this.#expired.add(clientToken),
    };
    this.test = createTestApp({ states: [LedgerState], ...options });
    this.#timers = countTimers(this.test.clock);
  }

  get living(): ModelPage[] {
    return this.pages.filter(({ isClosed }) => !isClosed);
  }

  async open(storage = new MemoryStorage(), user = { name: "ada" }): Promise<ModelPage> {
    const name = `page${this.pages.length}`;
    this.#users.set(name, user);
    const page = this.test.connect({
      storage,
      headers: { "x-page": name },
      client: { onError: () => {}, maxOpenCalls: 40 },
    });
    const opened = new ModelPage(name, page, user);
    this.pages.push(opened);
    page.state(LedgerState);
    page.client.onSession(() => this.#created.add(opened.storedToken!));
    await this.test.settle();
    return opened;
  }
  #userOf(page: string): string {
    return this.#users.get(page)!.name;
  }

  call(page: ModelPage, event: EventName): void {
    const call: ModelCall = {
      key: `${page.name}/${(this.#calls += 1)}`,
      event,
      isExcused: page.atRisk,
      outcome: undefined,
    };
    page.calls.push(call);
    const args = event === "tick" ? [call.key, 3] : [call.key];
    page.page.client
      .state(LedgerState)
      .call(event, args)
      .then(
        (value) => (call.outcome = { value }),
        (error: { code: string; message: string }) => (call.outcome = { error }),
      );
  }

  /** Everybody whose line is not in order may lose the session. */
  riskAll(): void {
    for (const page of this.living) page.risk();
  }

  /** Looks at every page that is connected: it must have the session that it had, and its values. */
  async check(): Promise<void> {
    await this.test.settle();
    for (const page of this.living) {
      const { status, session } = page.page.client.connection;
      if (!page.isHealthy || status !== "connected") continue;
      const token = page.storedToken!;
      if (!page.atRisk) expect([token, session], page.name).toEqual([page.token, page.token === token ? session : ""]);
      page.token = token;
      // A copy was made while this page was not there: whoever comes first has the session, until both have come.
      const isShared = this.living.some((other) => other !== page && other.storedToken === token);
      if (isShared) page.risk();
      else page.atRisk = false;
      const { values } = page.page.client.state(LedgerState);
      expect(values, page.name).toEqual({ log: this.#logOf(token), ticks: commits.get(token) ?? 0 });
    }
  }

  #logOf(token: string): string[] {
    const adds = new Set(this.pages.flatMap(({ calls }) => calls.filter((c) => c.event === "add").map((c) => c.key)));
    return ran.filter((run) => run.token === token && adds.has(run.key)).map(({ key }) => key);
  }

  /** All lines are in order again, and time passes: pages and server must agree, and every promise be settled. */
  async heal(): Promise<void> {
    for (const page of this.living) {
      page.isStalled = page.isDown = false;
      page.page.flow();
      page.page.reconnect();
    }
    await this.test.advance(60_000);
    await this.check();
    for (const page of this.living) {
      expect(page.page.client.connection.status, page.name).toBe("connected");
      const values = await this.test.app.modifyState(page.token!, LedgerState, ({ log, ticks }) => ({
        log: [...log],
        ticks,
      }));
      expect(page.page.client.state(LedgerState).values).toEqual(values);
    }
    for (const page of this.pages) this.#checkCalls(page);
    expect(new Set(this.living.map(({ token }) => token)).size, "two pages have one session").toBe(this.living.length);
  }

  #checkCalls({ name, calls, isClosed }: ModelPage): void {
    const runs = new Map<string, number>();
    for (const { key } of ran) runs.set(key, (runs.get(key) ?? 0) + 1);
    for (const { key, event, outcome, isExcused } of calls) {
      const times = runs.get(key) ?? 0;
      const what = `${name} ${key} ${event} ran ${times} times: ${JSON.stringify(outcome)}`;
      expect(outcome, what).toBeDefined();
      expect(times, what).toBeLessThanOrEqual(1);
      if ("value" in outcome!) {
        expect(times, what).toBe(1);
        if (event === "add") expect(outcome.value).toBe(key);
        expect(event).not.toBe("refuse");
        continue;
      }
      const { code, message } = outcome!.error;
      if (code === "EVENT_FAILED") expect([event, times], what).toEqual(["refuse", 1]);
      else if (code === "OUTBOX_FULL") expect(times, what).toBe(0);
      else {
        expect(["SESSION_LOST", "CONNECTION_LOST", "APP_CLOSED"], what).toContain(code);
        expect(isExcused || isClosed, what).toBe(true);
        if (code === "APP_CLOSED" || message.includes("has not run")) expect(times, what).toBe(0);
        else expect(message).toContain("may have run");
      }
    }
    // Handlers in the order in which they were called; tasks don't wait for them.
    const keys = new Set(calls.filter((c) => c.event === "add" || c.event === "refuse").map(({ key }) => key));
    const order = ran.filter(({ key }) => keys.has(key)).map(({ key }) => Number(key.split("/")[1]));
    expect(order, name).toEqual(order.toSorted((a, b) => a - b));
  }

  /** Everybody leaves, and time passes: nothing may be left. */
  async end(): Promise<void> {
    for (const page of this.living) page.page.leave();
    await this.test.advance(3_000 + LOST_GRACE_MS + 5_000 + 2 * TTL_MS);
    expect([...this.test.app.backgroundTasks].map(({ name }) => name)).toEqual([]);
    expect([...this.test.app.eventNamespace.tokenToSid]).toEqual([]);
    expect(this.#timers.size, "timers").toBe(0);
    for (const token of this.#created) {
      if (this.#expired.has(token)) continue;
      // Given by an app that was restarted before the page heard of it.
      await expect(this.test.app.modifyState(token, LedgerState, () => {})).rejects.toMatchObject({
        code: "UNKNOWN_SESSION",
      });
    }
    expect(this.test.errors.filter(({ info }) => info.name !== "LedgerState.refuse")).toEqual([]);
    return this.test.close();
  }

  /** The sessions of the app before are gone. */
  forgetSessions(): void {
    this.#created = new Set();
    this.#expired = new Set();
  }
}
