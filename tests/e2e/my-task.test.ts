import axe from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchBrowser, recordPage } from "../support/browser.ts";
import { ExampleServer } from "./example-server.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** What the page shows. */
async function shown(page: Page): Promise<{ counter: number; maximum: number }> {
  const text = (await page.locator(".count").innerText()).replaceAll(/\s+/g, " ");
  const [, counter, maximum] = /(\d+) ?\/ ?(\d+)/.exec(text)!;
  return { counter: Number(counter), maximum: Number(maximum) };
}

/** Waits until the counter shows at least `least`. */
async function counted(page: Page, least: number): Promise<void> {
  await page.waitForFunction((n) => Number(document.querySelector(".count strong")?.textContent) >= n, least);
}

const click = (page: Page, name: string): Promise<void> => page.getByRole("button", { name }).click();

/** Starts a count that goes on for longer than any test. */
async function start(page: Page, maximum = 1000): Promise<void> {
  await page.getByLabel("Count to").fill(String(maximum));
  await click(page, "Start");
}

describe.each([
  ["the dev server", ExampleServer.dev],
  ["the production build", ExampleServer.built],
] as const)("my-task on %s", (_, serve) => {
  let server: ExampleServer;
  let context: BrowserContext;
  let problems: string[];

  beforeAll(async () => {
    server = await serve("my-task");
  }, 120_000);
  afterAll(async () => {
    // Vite ends with the code of the signal.
    expect([0, 143]).toContain(await server.stop());
  });
  beforeEach(async () => {
    problems = [];
    context = await browser.newContext();
  });
  afterEach(async () => {
    await context.close();
    expect(problems).toEqual([]);
  });

  async function open(): Promise<Page> {
    const page = await context.newPage();
    recordPage(page);
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
    });
    await page.goto(server.url);
    await page.locator(".connection[data-status=connected]").waitFor();
    return page;
  }

  it("counts, lets the maximum be changed while it runs, stops and resets", async () => {
    const page = await open();
    expect(await shown(page)).toEqual({ counter: 0, maximum: 10 });
    await start(page, 990);
    await counted(page, 2);
    // The page stays interactive: typing into the field while it counts. Each text on the way is a good maximum too, should it be sent.
    const field = page.getByLabel("Count to");
    for (const key of ["End", "Backspace", "5"]) await field.press(key);
    await page.waitForFunction(() => document.querySelector(".count")?.textContent?.includes("995"));
    expect(await field.inputValue()).toBe("995");
    await counted(page, 4);
    await click(page, "Stop");
    await page.getByRole("button", { name: "Start" }).waitFor();
    const stopped = await shown(page);
    await click(page, "Start");
    await counted(page, stopped.counter + 1);
    await Promise.all([
      page.waitForFunction((n) => Number(document.querySelector(".count strong")?.textContent) < n, stopped.counter),
      click(page, "Reset"),
    ]);
  });

  it("Start twice does not run two loops: the count goes up no faster", async () => {
    const page = await open();
    const startedAt = await page.evaluate(() => performance.now());
    // Start, Stop and Start again within one pause of the first loop.
    await start(page);
    await click(page, "Stop");
    await click(page, "Start");
    await counted(page, 4);
    const endedAt = await page.evaluate(() => performance.now());
    // One loop pauses three times on the way; two would share the pauses.
    expect(endedAt - startedAt).toBeGreaterThan(3 * 500 - 10);
  });

  it("a bad maximum shows the schema's message beside the field", async () => {
    const page = await open();
    await page.getByLabel("Count to").fill("0");
    await page.getByRole("alert").waitFor();
    expect(await page.getByLabel("Count to").getAttribute("aria-invalid")).toBe("true");
    expect((await shown(page)).maximum).toBe(10);
    await page.getByLabel("Count to").fill("12");
    await page.waitForFunction(() => document.querySelector(".count")?.textContent?.includes("12"));
    expect(await page.getByLabel("Count to").getAttribute("aria-invalid")).toBe("false");
  });

  it("2.4.1 two tabs are independent, and a duplicated tab gets a session of its own", async () => {
    const first = await open();
    const second = await open();
    await start(first);
    await counted(first, 1);
    expect((await shown(second)).counter).toBe(0);
    const [copy] = await Promise.all([
      context.waitForEvent("page"),
      first.evaluate(() => void globalThis.open(location.href)),
    ]);
    await copy.locator(".connection[data-status=connected]").waitFor();
    expect((await shown(copy)).counter).toBe(0);
    // Behind another tab it has hardly any frames.
    await first.bringToFront();
    await counted(first, (await shown(first)).counter + 1);
    expect((await shown(copy)).counter).toBe(0);
  });

  it("2.5.2 a reload keeps the state, and shows it in the first frame: nothing blank, nothing initial, nothing undefined", async () => {
    const page = await open();
    await start(page);
    await counted(page, 2);
    await click(page, "Stop");
    await page.getByRole("button", { name: "Start" }).waitFor();
    const before = await shown(page);
    await page.addInitScript(() => {
      const seen = ((globalThis as unknown as { seen: string[] }).seen = []) as string[];
      const look = (): void => {
        const text = document.querySelector(".count")?.textContent;
        if (text !== undefined && text !== null && seen.at(-1) !== text) seen.push(text);
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    await page.reload();
    await page.locator(".connection[data-status=connected]").waitFor();
    expect(await shown(page)).toEqual(before);
    const seen = await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
    expect(seen.map((text) => Number.parseInt(text, 10))).toEqual([before.counter]);
  });

  it("2.5.2 the first values are in the first frame of a new tab", async () => {
    const page = await context.newPage();
    // No socket is ever opened: what is shown comes with the HTML.
    await page.routeWebSocket(/_meanwhile/, () => {});
    await page.goto(server.url);
    expect(await shown(page)).toEqual({ counter: 0, maximum: 10 });
  });

  it("a tab that is closed while its task runs harms nobody", async () => {
    const page = await open();
    await start(page);
    await counted(page, 1);
    await page.close();
    const next = await open();
    expect((await shown(next)).counter).toBe(0);
    await start(next);
    await counted(next, 1);
  });

  it("offline it says so and keeps what it shows; back online it goes on", async () => {
    const line = { isUp: true, cut: async () => {} };
    await context.routeWebSocket(/_meanwhile/, async (socket) => {
      if (!line.isUp) return socket.close();
      const far = socket.connectToServer();
      line.cut = async () => void (await Promise.all([socket.close(), far.close()]));
    });
    const page = await open();
    await start(page);
    await counted(page, 1);
    line.isUp = false;
    await line.cut();
    await page.locator(".connection[data-status=reconnecting]").waitFor();
    const before = await shown(page);
    expect(before.counter).toBeGreaterThanOrEqual(1);
    expect(before.maximum).toBe(1000);
    line.isUp = true;
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.locator(".connection[data-status=connected]").waitFor();
    await counted(page, before.counter + 1);
  });

  it.each([
    ["light", { width: 1100, height: 800 }],
    ["dark", { width: 1100, height: 800 }],
    ["light", { width: 390, height: 844 }],
  ] as const)("axe finds nothing (%s, %o), and nothing overflows", async (colorScheme, viewport) => {
    await context.close();
    // Halfway through a transition a colour is none of those that were chosen.
    context = await browser.newContext({ colorScheme, viewport, reducedMotion: "reduce" });
    const page = await open();
    await start(page);
    await counted(page, 1);
    await page.evaluate(axe.source);
    const results = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
    expect(results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
    ).toBe(true);
  });

  it("works by keyboard alone", async () => {
    const page = await open();
    const focused = (): Promise<string> =>
      page.evaluate(() => document.activeElement?.textContent || document.activeElement!.id);
    const press = async (...keys: string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await press("Tab");
    expect(await focused()).toBe("Start");
    await press("Tab");
    expect(await focused()).toBe("Reset");
    await press("Tab");
    expect(await focused()).toBe("maximum");
    await press("End", "0", "0", "Shift+Tab", "Shift+Tab", "Enter");
    await counted(page, 1);
    expect((await shown(page)).maximum).toBe(1000);
    expect(await focused()).toBe("Stop");
    await press("Enter");
    await page.getByRole("button", { name: "Start" }).waitFor();
    await press("Tab");
    expect(await focused()).toBe("Reset");
    await press("Space");
    await page.waitForFunction(() => document.querySelector(".count strong")?.textContent === "0");
  });
});
