import { expect, it } from "vitest";
import { event, State, type Background } from "../../../src/index.ts";
import { App, type AppOptions } from "../../../src/server/index.ts";
import { silent } from "./counter-state.ts";
import { RawPage } from "./raw-page.ts";

class TickState extends State {
  counter = 0;
  text = "";

  @event({ background: true }) async fill(this: Background<TickState>) {
    while (this.task.connected) {
      await this.lock((self) => {
        self.counter += 1;
        self.text = String(self.counter % 10).repeat(500_000);
      });
      await this.task.sleep(0);
    }
  }
}

async function listen(options: Partial<AppOptions>) {
  const app = new App({ states: [TickState], logger: silent, lostGraceMs: 0, ...options });
  const { url } = await app.listen(0, "127.0.0.1");
  return { app, url, [Symbol.asyncDispose]: () => app.close() };
}

/** Settles when the app has judged every page gone. */
async function allGone(app: App): Promise<void> {
  while (app.eventNamespace.tokenToSid.size > 0) await new Promise((resolve) => setImmediate(resolve));
}

it("2.4.4 a page to which nothing is sent gets a beat, and a ping is answered with one", async () => {
  await using server = await listen({ heartbeatMs: 20 });
  const page = await RawPage.hello(server.url);
  expect(page.welcome).toMatchObject({ heartbeatMs: 20 });
  await page.next((message) => message.type === "beat");
  await page.close();

  await using quiet = await listen({ heartbeatMs: 1_000_000 });
  const other = await RawPage.hello(quiet.url);
  other.send({ type: "ping" });
  await other.next((message) => message.type === "beat");
  await other.close();
});

it("2.4.4 a half-open connection, whose peer answers no ping, is cut and counts as lost", async () => {
  await using server = await listen({ heartbeatMs: 20 });
  const page = await RawPage.hello(server.url);
  page.socket.pause(); // nothing is read any more: no pong either
  await allGone(server.app);
  page.socket.resume();
  expect(await page.closed).toBe(1006);
});

it("2.4.4 a page that answers pings stays, however long it says nothing", async () => {
  await using server = await listen({ heartbeatMs: 10 });
  const page = await RawPage.hello(server.url);
  let beats = 0;
  await page.next((message) => message.type === "beat" && (beats += 1) > 10);
  expect(server.app.eventNamespace.tokenToSid.size).toBe(1);
  await page.close();
});

it("2.4.3 a page that leaves what it was sent unread is closed with 4003, and resumes with the newest state", async () => {
  await using server = await listen({ stuckMs: 50 });
  const page = await RawPage.hello(server.url, { document: "d", states: ["TickState"] });
  page.call(1, "TickState", "fill");
  await page.result(1);
  page.socket.pause();
  await Promise.all([...server.app.backgroundTasks].map((task) => task.ended));
  const { token } = page.welcome;
  const counter = await server.app.modifyState(token, TickState, (self) => self.counter);
  // The close waits behind what was sent, and arrives when the page reads again.
  page.socket.resume();
  expect(await page.closed).toBe(4003);
  expect(page.updates.length).toBeLessThan(50);
  const again = await RawPage.hello(server.url, { document: "d", token, states: ["TickState"] });
  expect(again.welcome.resumed).toBe(true);
  const update = await again.next((message) => message.type === "update");
  expect(update).toMatchObject({ states: { TickState: { full: { counter } } } });
  await again.close();
});
