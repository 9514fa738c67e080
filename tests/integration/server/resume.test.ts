import { expect, it } from "vitest";
import { event, State, type Background } from "../../../src/index.ts";
import { App } from "../../../src/server/index.ts";
import { silent } from "./counter-state.ts";
import { RawPage } from "./raw-page.ts";

class ResumeState extends State {
  counter = 0;
  items: string[] = [];
  /** Ends the handler that waits. */
  static release: () => void = () => {};

  get last() {
    return this.items.at(-1) ?? "none";
  }
  @event add(item: string) {
    this.counter += 1;
    this.items.push(item);
    return this.counter;
  }
  @event async slow() {
    await new Promise<void>((resolve) => (ResumeState.release = resolve));
    this.counter += 1;
    return this.counter;
  }
  @event big() {
    return "x".repeat(3 * 1024 * 1024);
  }
  @event({ background: true }) async work(this: Background<ResumeState>, times: number) {
    for (let i = 0; i < times; i += 1) await this.lock((self) => void (self.counter += 1));
  }
}

class OtherState extends State {
  name = "other";
}

async function listen() {
  const app = new App({ states: [ResumeState, OtherState], logger: silent });
  const { url } = await app.listen(0, "127.0.0.1");
  return { app, url, [Symbol.asyncDispose]: () => app.close() };
}

const STATES = ["ResumeState"];

/** A page that has called `add("a")`, has the result, and was cut. */
async function cutPage(url: string) {
  const page = await RawPage.hello(url, { document: "d", states: STATES });
  page.call(1, "ResumeState", "add", "a");
  await page.result(1);
  page.socket.terminate();
  await page.closed;
  const { token } = page.welcome;
  return { token, version: page.updates.at(-1)!.version, document: "d" };
}

it("2.4.4 a page that comes back with a version that the server knows gets what it missed, as a patch", async () => {
  await using server = await listen();
  const { token, version, document } = await cutPage(server.url);
  await server.app.modifyState(token, ResumeState, (self) => void self.items.push("b"));
  const page = await RawPage.hello(server.url, { token, document, version, states: STATES, held: STATES });
  expect(page.welcome).toMatchObject({ resumed: true, received: 1 });
  const update = await page.next((message) => message.type === "update");
  expect(update).toMatchObject({
    states: { ResumeState: { patch: { last: expect.anything(), items: expect.anything() } } },
  });
  expect(JSON.stringify(update)).not.toContain("counter");
  await page.close();
});

it("2.4.4 where nothing has changed, the patch is empty", async () => {
  await using server = await listen();
  const { token, version, document } = await cutPage(server.url);
  const page = await RawPage.hello(server.url, { token, document, version, states: STATES, held: STATES });
  const update = await page.next((message) => message.type === "update");
  expect(update).toMatchObject({ states: { ResumeState: { patch: {} } } });
  await page.close();
});

it.each([
  ["an unknown version", { version: 999_999, held: STATES, document: "d" }],
  ["another document", { held: STATES, document: "e" }],
  ["no values held", { held: [], document: "d" }],
])("2.4.4 with %s it gets a snapshot", async (_, hello) => {
  await using server = await listen();
  const { token, version } = await cutPage(server.url);
  const page = await RawPage.hello(server.url, { token, version, states: STATES, ...hello });
  const update = await page.next((message) => message.type === "update");
  expect(update).toMatchObject({ states: { ResumeState: { full: { counter: 1, items: ["a"] } } } });
  await page.close();
});

it("2.4.4 states are resumed one by one: one that is new to the page comes whole beside another's patch", async () => {
  await using server = await listen();
  const { token, version, document } = await cutPage(server.url);
  const states = [...STATES, "OtherState"];
  const page = await RawPage.hello(server.url, { token, document, version, states, held: states });
  const update = await page.next((message) => message.type === "update");
  expect(update).toMatchObject({ states: { ResumeState: { patch: {} }, OtherState: { full: { name: "other" } } } });
  await page.close();
});

it("2.4.4 after a hundred thousand commits, what was missed is one patch of a few bytes", async () => {
  await using server = await listen();
  const { token, version, document } = await cutPage(server.url);
  const starter = await RawPage.hello(server.url, { token, document: "e" });
  starter.call(1, "ResumeState", "work", 100_000);
  await starter.result(1);
  await Promise.all([...server.app.backgroundTasks].map((task) => task.ended));
  await starter.close();
  const page = await RawPage.hello(server.url, { token, document, version, states: STATES, held: STATES });
  const update = await page.next((message) => message.type === "update");
  expect(update).toMatchObject({ states: { ResumeState: { patch: { counter: expect.anything() } } } });
  expect(JSON.stringify(update).length).toBeLessThan(150);
  await page.close();
});

it("2.4.4 a call that is sent again runs once, and its result comes again until it is acknowledged", async () => {
  await using server = await listen();
  const { token, document } = await cutPage(server.url);
  const page = await RawPage.hello(server.url, { token, document, states: STATES });
  expect(await page.result(1)).toMatchObject({ ok: true, value: 1 }); // it was not acknowledged
  page.call(1, "ResumeState", "add", "again");
  page.call(2, "ResumeState", "add", "b");
  expect(await page.result(2)).toMatchObject({ ok: true, value: 2 });
  page.send({ type: "ack", updates: page.updates.length });
  page.call(3, "ResumeState", "add", "c");
  await page.result(3); // the acknowledgement has arrived too
  await page.close(1001);
  const after = await RawPage.hello(server.url, { token, document, states: STATES });
  expect(after.welcome).toMatchObject({ received: 3 });
  expect(await after.result(3)).toMatchObject({ ok: true, value: 3 });
  expect(after.updates.flatMap(({ results = [] }) => results.map(({ id }) => id))).toEqual([3]);
  await after.close();
});

it("2.4.4 the result of a call that ran while its page was away comes when it is back", async () => {
  await using server = await listen();
  const page = await RawPage.hello(server.url, { document: "d", states: STATES });
  page.call(1, "ResumeState", "slow");
  page.send({ type: "ping" });
  await page.next((message) => message.type === "beat");
  page.socket.terminate();
  await page.closed;
  ResumeState.release();
  const after = await RawPage.hello(server.url, { document: "d", token: page.welcome.token, states: STATES });
  expect(await after.result(1)).toMatchObject({ ok: true, value: 1 });
  await after.close();
});

it("2.4.4 a result for which there is no room any more settles its call all the same", async () => {
  await using server = await listen();
  const page = await RawPage.hello(server.url, { document: "d" });
  for (const id of [1, 2]) {
    page.call(id, "ResumeState", "big");
    await page.result(id);
  }
  page.socket.terminate();
  await page.closed;
  const after = await RawPage.hello(server.url, { document: "d", token: page.welcome.token });
  expect(await after.result(1)).toMatchObject({ ok: false, error: { code: "RESULT_LOST" } });
  expect(await after.result(2)).toMatchObject({ ok: true });
  await after.close();
});

it("2.4.4 a reload is a new document: it gets no result of calls that it has not made, and may use their ids", async () => {
  await using server = await listen();
  const { token } = await cutPage(server.url);
  const page = await RawPage.hello(server.url, { token, document: "e", states: STATES });
  expect(page.welcome.received).toBeUndefined();
  page.call(1, "ResumeState", "add", "b");
  expect(await page.result(1)).toMatchObject({ ok: true, value: 2 });
  expect(page.updates.flatMap(({ results = [] }) => results)).toHaveLength(1);
  await page.close();
});

it("2.4.4 a token that no session has gives a fresh one, and says why", async () => {
  await using server = await listen();
  const page = await RawPage.hello(server.url, { token: "expired", document: "d" });
  expect(page.welcome).toMatchObject({ resumed: false, fresh: "unknown" });
  await page.close();
});

it("2.4.5 an acknowledgement of what was never sent is refused", async () => {
  await using server = await listen();
  const page = await RawPage.hello(server.url, { document: "d", states: STATES });
  page.send({ type: "ack", updates: 50 });
  expect(await page.closed).toBe(4000);
  expect(page.messages.at(-1)).toMatchObject({ type: "refused", code: "BAD_MESSAGE", retry: false });
});
