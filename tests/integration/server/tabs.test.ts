import { expect, it } from "vitest";
import { App } from "../../../src/server/index.ts";
import { CounterState, silent } from "./counter-state.ts";
import { RawPage } from "./raw-page.ts";

async function listen() {
  const app = new App({ states: [CounterState], logger: silent });
  const { url } = await app.listen(0, "127.0.0.1");
  return { app, url, [Symbol.asyncDispose]: () => app.close() };
}

it("2.4.1 a token that arrives while another document is alive gets a fresh session; the first tab is not disturbed", async () => {
  await using server = await listen();
  const first = await RawPage.hello(server.url, { states: ["CounterState"], document: "first" });
  first.call(1, "CounterState", "add", 5);
  await first.result(1);
  const { token } = first.welcome;
  const copy = await RawPage.hello(server.url, { states: ["CounterState"], document: "copy", token });
  expect(copy.welcome).toMatchObject({ resumed: false });
  expect(copy.welcome.token).not.toBe(token);
  first.call(2, "CounterState", "add", 1);
  expect(await first.result(2)).toMatchObject({ value: 6 });
  copy.call(1, "CounterState", "add", 1);
  expect(await copy.result(1)).toMatchObject({ value: 1 });
  await first.close();
  await copy.close();
});

it("2.4.1 after the first document has closed, its token resumes the session with its values", async () => {
  await using server = await listen();
  const first = await RawPage.hello(server.url, { document: "first" });
  first.call(1, "CounterState", "add", 5);
  await first.result(1);
  await first.close(4001);
  const reloaded = await RawPage.hello(server.url, {
    states: ["CounterState"],
    document: "second",
    token: first.welcome.token,
  });
  expect(reloaded.welcome).toMatchObject({ resumed: true, token: first.welcome.token });
  const full = await reloaded.next((message) => message.type === "update");
  expect(full).toMatchObject({ states: { CounterState: { full: { counter: 5, double: 10 } } } });
  await reloaded.close();
});

it("2.4.1 the same document that comes back before its old socket has closed takes the session over", async () => {
  await using server = await listen();
  const before = await RawPage.hello(server.url, { document: "same" });
  const after = await RawPage.hello(server.url, { document: "same", token: before.welcome.token });
  expect(after.welcome.resumed).toBe(true);
  expect(await before.closed).toBe(4002);
  expect([...server.app.eventNamespace.tokenToSid]).toEqual([[after.welcome.token, after.welcome.sessionId]]);
  await after.close();
});

it("2.4.1 a holder that answers no ping counts as dead: the newcomer resumes, and the old socket is closed", async () => {
  await using server = await listen();
  const dead = await RawPage.hello(server.url, { document: "dead" });
  // Half open: the peer reads nothing any more.
  dead.socket.pause();
  const after = await RawPage.hello(server.url, { document: "alive", token: dead.welcome.token });
  expect(after.welcome.resumed).toBe(true);
  dead.socket.resume();
  expect(await dead.closed).toBe(4002);
  await after.close();
});

it("2.4.1 an unknown token gets a fresh session, not an error", async () => {
  await using server = await listen();
  const page = await RawPage.hello(server.url, { token: "x".repeat(32) });
  expect(page.welcome.resumed).toBe(false);
  expect(page.welcome.token).toMatch(/^[\w-]{32}$/);
  await page.close();
});
