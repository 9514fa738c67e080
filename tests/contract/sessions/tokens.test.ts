import { expect, it } from "vitest";
import { event, State, type Background } from "../../../src/index.ts";
import { createTestApp, type MemoryStorage } from "../../../src/testing/index.ts";

class TokenState extends State {
  seen: string[] = [];

  @event look() {
    this.seen.push(this.router.page.path);
    return this.router.session.clientToken;
  }
  @event({ background: true }) async watch(this: Background<TokenState>) {
    while (this.app.eventNamespace.tokenToSid.has(this.router.session.clientToken)) await this.task.sleep(1_000);
  }
  @event fail() {
    throw new Error("logged");
  }
}

const tokenOf = (storage: MemoryStorage): string => storage.getItem("meanwhile:ws://test/_meanwhile:token")!;

it("2.4.1 a client token is 192 random bits: none comes twice, none has anything in common with another", async () => {
  await using test = createTestApp({ states: [TokenState] });
  const pages = Array.from({ length: 500 }, () => test.connect());
  await test.settle();
  const tokens = pages.map(({ storage }) => tokenOf(storage));
  expect(new Set(tokens).size).toBe(500);
  for (const token of tokens) expect(token).toMatch(/^[\w-]{32}$/);
  for (let at = 0; at < 32; at += 1) expect(new Set(tokens.map((token) => token[at])).size).toBeGreaterThan(40);
});

it("2.4.1 a client token is never logged whole", async () => {
  await using test = createTestApp({ states: [TokenState], slowHoldMs: 0, sessionTtlMs: 1_000, lostGraceMs: 0 });
  const page = test.connect();
  const state = page.state(TokenState);
  await test.settle();
  await state.fail().catch(() => {});
  const token = await state.look();
  test.connect({ storage: page.storage.copy() });
  await test.advance(1_000);
  page.disconnect();
  await test.advance(60_000);
  page.reconnect();
  await test.settle();
  expect(test.logs.length).toBeGreaterThan(1);
  expect(JSON.stringify([test.logs, test.errors])).not.toContain(token);
});

it("2.3.9 navigation within the page never counts as leaving it", async () => {
  await using test = createTestApp({ states: [TokenState], closeGraceMs: 0, lostGraceMs: 0 });
  let path = "/first";
  const page = test.connect({ client: { page: () => ({ path, query: "" }) } });
  const state = page.state(TokenState);
  await test.settle();
  await state.watch();
  await state.look();
  path = "/second";
  page.client.reconnect(); // in Node nothing else tells the client that the page has moved
  await test.advance(10_000);
  await state.look();
  expect(state.seen).toEqual(["/first", "/second"]);
  expect(test.app.backgroundTasks.size).toBe(1);
});

it("2.4.4 a session outlives cuts and dead lines, and is replaced where the server was restarted", async () => {
  await using test = createTestApp({ states: [TokenState], heartbeatMs: 15_000, lostGraceMs: 5_000 });
  const page = test.connect();
  const state = page.state(TokenState);
  await test.settle();
  const token = await state.look();
  await state.watch();
  page.cut();
  await test.advance(2_000);
  expect(await state.look()).toBe(token);
  page.vanish(); // found out by both sides within 2 heartbeats and 3 s
  await test.advance(34_000);
  expect(page.client.connection).toMatchObject({ status: "connected", session: "resumed" });
  expect(await state.look()).toBe(token);
  await test.restart();
  await test.advance(20_000);
  expect(page.client.connection).toMatchObject({ status: "connected", session: "lost" });
  expect(await state.look()).not.toBe(token);
  expect([state.seen, test.app.backgroundTasks.size]).toEqual([["/"], 0]);
});
