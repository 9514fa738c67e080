import { expect, it } from "vitest";
import { fastClock, Journey } from "./journey.ts";

/** Settles when the server has judged so many pages to be there. */
async function presentPages(journey: Journey, count: number): Promise<void> {
  while (journey.app.eventNamespace.tokenToSid.size !== count) await new Promise((resolve) => setImmediate(resolve));
}

it("2.4.4 half open: both sides find out by their heartbeats, and what was called meanwhile runs once", async () => {
  // The page waits 2 x 20 ms and 3 s, a hundredth of which passes.
  await using journey = await Journey.begin({ heartbeatMs: 20, lostGraceMs: 0 });
  const page = journey.page({ clock: fastClock(100), backoff: { minMs: 30_000, maxMs: 30_000, random: () => 1 } });
  expect(await page.call("add", "before")).toBe(1);
  const before = page.client.connection.sessionId;
  const link = await journey.proxy.link(0);
  link.vanish();
  const call = page.call("add", "meanwhile");
  // The page finds out and waits; meanwhile the server, which nobody tells, does too.
  await page.becomes(({ connection }) => connection.status === "reconnecting");
  await presentPages(journey, 0);
  expect(await call).toBe(2);
  expect(page.client.connection).toMatchObject({ session: "resumed" });
  expect(page.client.connection.sessionId).not.toBe(before);
  expect(await journey.values(page.token()!)).toMatchObject({ log: ["before", "meanwhile"] });
});

it("2.4.4 half open on the server's side only: the page is back before the server finds out", async () => {
  await using journey = await Journey.begin({ heartbeatMs: 60_000 });
  const page = journey.page();
  await page.call("add", "a");
  const link = await journey.proxy.link(0);
  link.vanish();
  const call = page.call("add", "b");
  page.client.reconnect();
  expect(await call).toBe(2);
  expect(page.client.connection.session).toBe("resumed");
  expect(journey.app.eventNamespace.tokenToSid.size).toBe(1);
});

it("2.4.1 the old connection's close comes after the new one is open: nothing changes", async () => {
  await using journey = await Journey.begin({ closeGraceMs: 0, lostGraceMs: 0 });
  const page = journey.page();
  await page.call("add", "a");
  const token = page.token();
  const old = await journey.proxy.link(0);
  old.toServer.stall();
  const late = page.call("add", "b"); // on its way with the old connection
  page.client.reconnect();
  expect(await late).toBe(2);
  const { sessionId } = page.client.connection;
  old.toServer.resume();
  await old.closed;
  expect(await page.call("add", "c")).toBe(3);
  expect(page.client.connection).toMatchObject({ session: "resumed", status: "connected", sessionId });
  expect([page.token(), journey.app.eventNamespace.tokenToSid.get(token!)]).toEqual([token, sessionId]);
  expect(await journey.values(token!)).toMatchObject({ log: ["a", "b", "c"] });
});

it("2.4.1 an old connection's hello comes after the new one is open: the session stays the page's", async () => {
  await using journey = await Journey.begin();
  const page = journey.page();
  await page.call("add", "a");
  const token = page.token();
  // The second connection is open, but its hello stays on its way; the page gives it up for a third.
  journey.proxy.onLink = (link, index) => index === 1 && link.toServer.stallAfterFrames(0);
  page.client.reconnect();
  const second = await journey.proxy.link(1);
  await second.toServer.stalled();
  page.client.reconnect();
  await page.becomes(({ connection }) => connection.status === "connected");
  const calls = Promise.all([page.call("add", "b"), page.call("add", "c")]);
  second.toServer.resume();
  expect(await calls).toEqual([2, 3]);
  expect(await page.call("add", "d")).toBe(4);
  await second.closed;
  expect(await page.call("add", "e")).toBe(5);
  expect(page.client.connection.session).toBe("resumed");
  expect(page.token()).toBe(token);
  expect(await journey.values(token!)).toMatchObject({ log: ["a", "b", "c", "d", "e"] });
});

it("2.4.3 a page that is stuck past the limit is closed with 4003, resumes, and has the newest state", async () => {
  await using journey = await Journey.begin({ stuckMs: 50, lostGraceMs: 0, closeGraceMs: 0 });
  const page = journey.page({ clock: fastClock(1) });
  await page.call("add", "a");
  const link = await journey.proxy.link(0);
  await page.call("flood", 500_000);
  link.toClient.stall();
  // Closed by the server, which no answer reaches.
  await Promise.all([...journey.app.backgroundTasks].map((task) => task.ended));
  await presentPages(journey, 0);
  const { ticks } = await journey.values(page.token()!);
  link.toClient.resume();
  await page.becomes(({ connection }) => connection.status === "reconnecting");
  await page.shows((values) => values.ticks === ticks);
  expect(page.state.text).toBe(String(ticks % 10).repeat(500_000));
  expect(page.client.connection.session).toBe("resumed");
  expect(await page.call("add", "b")).toBe(2);
});
