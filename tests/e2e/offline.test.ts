import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchBrowser, recordPage } from "../support/browser.ts";
import { ExampleServer } from "./example-server.ts";
import { Line } from "./line.ts";
import { expectOf, watched, watchPage } from "./page-watch.ts";

const APP = "../tests/fixtures/survive";

let browser: Browser;
let server: ExampleServer;
let line: Line;
let context: BrowserContext;
let errors: string[];

beforeAll(async () => {
  browser = await launchBrowser();
  await ExampleServer.build(APP);
  server = await ExampleServer.serve(APP);
}, 120_000);
afterAll(async () => {
  await browser.close();
  await server.stop();
});
beforeEach(async () => {
  line = await Line.to(server.url);
  context = await browser.newContext();
  errors = [];
});
afterEach(async () => {
  await context.close();
  await line[Symbol.asyncDispose]();
  expect(errors).toEqual([]);
});

/** A watched page of the app, connected. */
async function open(): Promise<Page> {
  const page = await context.newPage();
  follow(page);
  await watchPage(page);
  await page.goto(line.url);
  await status(page, "connected");
  return page;
}

function follow(page: Page): void {
  recordPage(page);
  page.on("pageerror", (error) => errors.push(String(error)));
}

const status = (page: Page, now: "connected" | "reconnecting"): Promise<void> =>
  page.locator(`main[data-status=${now}]`).waitFor();

/** Waits until the banner shows this kind of notice; undefined: nothing. */
const banner = (page: Page, kind: string | undefined): Promise<void> =>
  page
    .locator(kind === undefined ? "section:not([data-kind])" : `section[data-kind=${kind}]`)
    .waitFor({ state: "attached" });

const click = (page: Page, name: string): Promise<void> => page.getByRole("button", { name }).click();

/** Clicks, and leaves the focus where it is. */
const send = (page: Page, times: number): Promise<void> =>
  page.evaluate((n) => {
    const button = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Send");
    for (let time = 0; time < n; time += 1) button?.click();
  }, times);

async function text(page: Page, id: string): Promise<string> {
  return (await page.locator(`#${id}`).textContent()) ?? "";
}

async function steps(page: Page): Promise<number> {
  return Number.parseInt(await text(page, "numbers"), 10);
}

/** Waits until the task has taken `more` steps than the page shows now. */
async function counted(page: Page, more: number): Promise<void> {
  const least = (await steps(page)) + more;
  await page.waitForFunction((n) => Number.parseInt(document.querySelector("#numbers")!.textContent, 10) >= n, least);
}

/** 1,2,...,n */
const upTo = (n: number): string => Array.from({ length: n }, (_, index) => index + 1).join();

describe("a task runs and a person types while the connection is away", () => {
  const ways: readonly (readonly [string, (page: Page) => Promise<void>, (page: Page) => Promise<void>, string])[] = [
    // Chromium keeps the open socket, and nothing gets through it any more.
    ["the browser is offline", () => context.setOffline(true), () => context.setOffline(false), "offline"],
    ["the line is cut", async () => line.cut(), async () => line.mend(), "reconnecting"],
    [
      "the line is dead without a word",
      async (page) => {
        line.stall();
        await page.evaluate(() => dispatchEvent(new Event("offline"))); // another network, by the same name
      },
      async () => line.mend(),
      "reconnecting",
    ],
  ];

  it.each(ways)(
    "2.4.4 %s: the sum is exact, the text is whole, the page is never blank",
    async (_, lose, restore, kind) => {
      const page = await open();
      const parts = ["Before it was lost. ", "In the dark, ", "knowing it, ", "on the way back, ", "and after."];
      const whole = parts.join("");
      await expectOf(page, { typing: whole });
      await click(page, "Start");
      await counted(page, 3);
      await page.locator("textarea").focus();
      const act = async (part: string): Promise<void> => {
        await send(page, 5);
        await page.keyboard.type(part, { delay: 5 });
        await send(page, 5);
      };
      await act(parts[0]!);
      await lose(page);
      await act(parts[1]!);
      await status(page, "reconnecting");
      await act(parts[2]!);
      await banner(page, kind);
      const shown = await text(page, "numbers");
      await restore(page);
      await act(parts[3]!);
      await status(page, "connected");
      await act(parts[4]!);
      await banner(page, "connected");
      await banner(page, undefined);
      await counted(page, 3);
      await page.locator("textarea[data-pending=false]").waitFor();
      await page.waitForFunction((n) => document.querySelector("#answers")!.textContent.split(",").length === n, 50);

      expect(await text(page, "note")).toBe(whole);
      expect(await page.locator("textarea").inputValue()).toBe(whole);
      expect(await text(page, "received")).toBe(upTo(50));
      expect(await text(page, "answers")).toBe(upTo(50));
      expect(Number.parseInt(shown, 10)).toBeGreaterThan(0);
      expect(await page.locator("main").getAttribute("data-session")).toBe("resumed");
      const { faults, kinds } = await watched(page);
      expect(faults).toEqual([]);
      // Online again is not connected again: the banner may say so in between.
      const told = kinds.filter((one, at) => !(one === "reconnecting" && kinds[at - 1] === "offline"));
      expect(told).toEqual(["", kind, "connected", ""]);
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("TEXTAREA");

      await click(page, "Stop");
      await page.getByRole("button", { name: "Start" }).waitFor();
      const before = [await text(page, "numbers"), await text(page, "received"), await text(page, "note")];
      await page.reload();
      await status(page, "connected");
      expect([await text(page, "numbers"), await text(page, "received"), await text(page, "note")]).toEqual(before);
    },
  );
});

it("losses of up to a second are not told, and nothing is lost in ten of them", async () => {
  const page = await open();
  await click(page, "Start");
  for (let loss = 1; loss <= 10; loss += 1) {
    await send(page, 1);
    line.cut();
    await status(page, "reconnecting");
    await send(page, 1);
    line.mend();
    // As the browser says when it has a network again: the page does not wait for its next attempt.
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await status(page, "connected");
    await counted(page, 1);
  }
  await page.waitForFunction((n) => document.querySelector("#answers")!.textContent.split(",").length === n, 20);
  expect(await text(page, "received")).toBe(upTo(20));
  expect(await text(page, "answers")).toBe(upTo(20));
  const { faults, kinds, longestLossMs } = await watched(page);
  expect(faults).toEqual([]);
  // A machine that is so busy that a loss takes longer shows the banner, rightly.
  if (longestLossMs < 1_000) expect(kinds).toEqual([""]);
});

it("a reload while offline leads back into the session", async () => {
  const page = await open();
  await click(page, "Start");
  await page.getByLabel("Note").fill("kept");
  await page.waitForFunction(() => document.querySelector("#note")!.textContent === "kept");
  await counted(page, 3);
  const before = await steps(page);
  await context.setOffline(true);
  await expect(page.reload()).rejects.toThrow("ERR_INTERNET_DISCONNECTED");
  await context.setOffline(false);
  await page.goto(line.url);
  await status(page, "connected");
  expect(await page.locator("main").getAttribute("data-session")).toBe("resumed");
  expect(await page.locator("textarea").inputValue()).toBe("kept");
  expect(await steps(page)).toBeGreaterThanOrEqual(before);
  await counted(page, 3);
  const { faults } = await watched(page);
  expect(faults).toEqual([]);
});

it("2.4.1 a tab is duplicated while its connection is away: each has its own session", async () => {
  const first = await open();
  await first.getByLabel("Note").fill("first");
  await first.waitForFunction(() => document.querySelector("#note")!.textContent === "first");
  await click(first, "Start");
  await counted(first, 3);
  const network = await context.newCDPSession(first);
  const offline = (is: boolean): Promise<unknown> =>
    network.send("Network.emulateNetworkConditions", {
      offline: is,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: -1,
    });
  await network.send("Network.enable");
  await offline(true);
  await status(first, "reconnecting");
  const [second] = await Promise.all([
    context.waitForEvent("page"),
    first.evaluate(() => void globalThis.open(location.href)),
  ]);
  follow(second);
  await status(second, "connected");
  expect(await second.locator("main").getAttribute("data-session")).toBe("copied");
  expect(await text(second, "note")).toBe("");
  await second.getByLabel("Note").fill("second");
  await second.waitForFunction(() => document.querySelector("#note")!.textContent === "second");
  await offline(false);
  await status(first, "connected");
  await counted(first, 3);
  expect(await first.locator("main").getAttribute("data-session")).toBe("resumed");
  expect(await text(first, "note")).toBe("first");
  expect(await text(second, "note")).toBe("second");
  expect(await steps(second)).toBe(0);
  expect((await watched(first)).faults).toEqual([]);
});

it("after a restart of the server there is a fresh session, and the banner says so until it is dismissed", async () => {
  const page = await open();
  await click(page, "Start");
  await counted(page, 3);
  await expectOf(page, { mayStartAnew: true });
  await server.stop("SIGKILL");
  await status(page, "reconnecting");
  await send(page, 1);
  server = await ExampleServer.serve(APP);
  line.target = server.url;
  await status(page, "connected");
  await banner(page, "lost");
  expect(await page.locator("section [role=status]").textContent()).toContain("session has ended");
  await page.waitForFunction(() => document.querySelector("#numbers")!.textContent === "0 0");
  expect(await text(page, "answers")).toBe("SESSION_LOST");
  // It is a session like any other.
  await send(page, 1);
  await page.waitForFunction(() => document.querySelector("#received")!.textContent === "2");
  await banner(page, "lost");
  await click(page, "Dismiss");
  await banner(page, undefined);
  await page.reload();
  await status(page, "connected");
  await banner(page, undefined);
  expect(await text(page, "received")).toBe("2");
});

describe("an old page and a new server", () => {
  /** A server of another version for the first `documents` documents of the page; counts the documents. */
  async function openOld(documents: number): Promise<{ page: Page; loads: () => number; upgrade: () => void }> {
    const page = await context.newPage();
    follow(page);
    let loads = 0;
    let old = documents;
    page.on("domcontentloaded", () => (loads += 1));
    await page.routeWebSocket(/_meanwhile/, (socket) => {
      const isOld = loads <= old;
      const upstream = socket.connectToServer();
      socket.onMessage((frame) => {
        const message = JSON.parse(String(frame)) as { type: string; protocol: number };
        if (message.type === "hello" && isOld) message.protocol -= 1;
        upstream.send(JSON.stringify(message));
      });
    });
    await page.goto(line.url);
    return { page, loads: () => loads, upgrade: () => void (old = 0) };
  }

  it("reload once, and go on", async () => {
    const { page, loads } = await openOld(1);
    await status(page, "connected");
    expect(loads()).toBe(2);
    await banner(page, undefined);
  });

  it("reload once only, where that does not help, and say so", async () => {
    const { page, loads, upgrade } = await openOld(100);
    await banner(page, "closed");
    expect(loads()).toBe(2);
    expect(await page.getByRole("alert").textContent()).not.toBe("");
    upgrade();
    await click(page, "Reload");
    await status(page, "connected");
    expect(loads()).toBe(3);
  });
});
