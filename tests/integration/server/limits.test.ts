import { once } from "node:events";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { event, State } from "../../../src/index.ts";
import { App, type AppOptions } from "../../../src/server/index.ts";
import { CounterState, silent } from "./counter-state.ts";
import { RawPage } from "./raw-page.ts";

class WaitState extends State {
  static release: () => void = () => {};

  @event async wait() {
    await new Promise<void>((resolve) => (WaitState.release = resolve));
  }
  @event take(value: unknown) {
    return typeof value;
  }
}

async function listen(options: Partial<AppOptions>) {
  const app = new App({ states: [CounterState, WaitState], logger: silent, ...options });
  const { url } = await app.listen(0, "127.0.0.1");
  return { app, url, [Symbol.asyncDispose]: () => app.close() };
}

it("2.4.5 calls beyond the rate fail with RATE_LIMITED, unrun, and the page goes on", async () => {
  await using server = await listen({ eventBurst: 6, maxEventsPerSecond: 0.001 });
  const page = await RawPage.hello(server.url);
  for (let id = 1; id <= 7; id += 1) page.call(id, "CounterState", "add", 1);
  const results = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((id) => page.result(id)));
  expect(
    results.map((result) => (!result.ok ? result.error.code : "value" in result ? result.value : "a run")),
  ).toEqual([1, 2, 3, 4, 5, "RATE_LIMITED", "RATE_LIMITED"]);
  await page.close();
});

it("2.4.5 who goes on far beyond the rate is refused, and may come back; other sessions go on", async () => {
  await using server = await listen({ eventBurst: 20, maxEventsPerSecond: 0.001 });
  const good = await RawPage.hello(server.url);
  const flood = await RawPage.hello(server.url);
  for (let id = 1; id <= 60; id += 1) flood.call(id, "CounterState", "add", 1);
  expect(await flood.closed).toBe(4000);
  expect(flood.messages.at(-1)).toMatchObject({ type: "refused", code: "RATE_LIMITED", retry: true });
  good.call(1, "CounterState", "add", 1);
  expect(await good.result(1)).toMatchObject({ ok: true, value: 1 });
  await good.close();
});

it("2.4.5 calls beyond maxOpenCalls fail with TOO_MANY_CALLS, unrun", async () => {
  await using server = await listen({ maxOpenCalls: 2 });
  const page = await RawPage.hello(server.url);
  page.call(1, "WaitState", "wait");
  page.call(2, "WaitState", "take", 1);
  page.call(3, "WaitState", "take", 1);
  expect(await page.result(3)).toMatchObject({ ok: false, error: { code: "TOO_MANY_CALLS" } });
  WaitState.release();
  expect(await page.result(2)).toMatchObject({ ok: true });
  page.call(4, "WaitState", "take", 1);
  expect(await page.result(4)).toMatchObject({ ok: true });
  await page.close();
});

it("2.4.5 an address may have so many connections, and gets its place back", async () => {
  await using server = await listen({
    maxConnectionsPerAddress: 2,
    clientIp: (request) => String(request.headers["x-ip"]),
  });
  const from = (ip: string) => ({ headers: { "x-ip": ip } });
  const first = await RawPage.hello(server.url, from("1"));
  const second = await RawPage.hello(server.url, from("1"));
  const third = new WebSocket(`${server.url.replace("http", "ws")}/_meanwhile`, from("1"));
  const [request, response] = (await once(third, "unexpected-response")) as [
    { destroy(): void },
    AsyncIterable<Buffer> & { statusCode: number; headers: Record<string, string> },
  ];
  expect(response).toMatchObject({ statusCode: 429, headers: { "retry-after": "30" } });
  let body = "";
  for await (const chunk of response) body += chunk.toString();
  expect(body).toBe("TOO_MANY_CONNECTIONS");
  request.destroy();
  const elsewhere = await RawPage.hello(server.url, from("2"));
  await first.close();
  const again = await RawPage.hello(server.url, from("1"));
  await Promise.all([second.close(), elsewhere.close(), again.close()]);
});

it("2.4.5 beyond maxSessions a new page is refused and may try again; known sessions resume", async () => {
  await using server = await listen({ maxSessions: 1 });
  const page = await RawPage.hello(server.url, { document: "d" });
  const late = await RawPage.open(server.url);
  late.hello();
  expect(await late.closed).toBe(4000);
  expect(late.messages).toMatchObject([{ type: "refused", code: "TOO_MANY_SESSIONS", retry: true }]);
  await page.close();
  const again = await RawPage.hello(server.url, { document: "d", token: page.welcome.token });
  expect(again.welcome.resumed).toBe(true);
  await again.close();
});

it("2.4.5 a connection that does not say hello in time is refused", async () => {
  await using server = await listen({ helloTimeoutMs: 20 });
  const page = await RawPage.open(server.url);
  expect(await page.closed).toBe(4000);
  expect(page.messages).toMatchObject([{ type: "refused", code: "HELLO_TIMEOUT", retry: true }]);
});

it("2.4.5 nor is one whose authorize takes too long kept waiting", async () => {
  await using server = await listen({ helloTimeoutMs: 20, authorize: () => new Promise(() => {}) });
  const page = await RawPage.open(server.url);
  page.hello();
  expect(await page.closed).toBe(4000);
  expect(page.messages).toMatchObject([{ type: "refused", code: "HELLO_TIMEOUT", retry: true }]);
});

it("2.4.5 messages before the welcome are refused", async () => {
  await using server = await listen({});
  const page = await RawPage.open(server.url);
  page.hello();
  page.call(1, "CounterState", "add", 1);
  expect(await page.closed).toBe(4000);
  expect(page.messages.at(-1)).toMatchObject({ type: "refused", code: "BAD_MESSAGE" });
});

it.each([
  ["too many values", Array.from({ length: 11 }, () => 1)],
  ["too many values in all", [[1, 1, 1], { a: 1, b: [1, 1, 1, 1] }]],
  ["too deep a value", [[[[[1]]]]]],
])("2.4.5 a call with %s fails with BAD_MESSAGE", async (_, argument) => {
  await using server = await listen({ maxArgumentValues: 10, maxArgumentDepth: 3 });
  const page = await RawPage.hello(server.url);
  page.call(1, "WaitState", "take", argument);
  expect(await page.result(1)).toMatchObject({ ok: false, error: { code: "BAD_MESSAGE" } });
  page.call(2, "WaitState", "take", [1, 2, 3]);
  expect(await page.result(2)).toMatchObject({ ok: true, value: "object" });
  await page.close();
});
