/** Row 13 (and what row 4 costs in the browser): a React page with 1,000 rows, one of which changes 60 times a second. */
import { build } from "esbuild";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { RowsBench } from "./pages/rows.tsx";
import { launchBrowser } from "./support/browser.ts";
import { LIMITS_NOTE } from "./support/notes.ts";
import { report } from "./support/report.ts";
import { ServerProcess } from "./support/server-process.ts";
import { sized } from "./support/settings.ts";
import { figure, median, percentile } from "./support/statistics.ts";

const ROWS = 1_000;
const CHANGED = 500;
const TIMES = 60 * sized(15, 3);
const APPENDS = sized(50, 10);
const LONG_LIST = 10_000;

/** The page's own copy of what it has counted. */
interface Counted {
  readonly ofChanged: number;
  readonly ofOthers: number;
  readonly ofList: number;
  readonly longTasks: readonly number[];
  readonly delays: readonly number[];
}

async function bundlePage(): Promise<string> {
  const folder = join(process.cwd(), ".cache", "bench", "pages", "rows");
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [join(process.cwd(), "bench", "pages", "rows.tsx")],
    outfile: join(folder, "rows.js"),
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  writeFileSync(
    join(folder, "index.html"),
    '<!doctype html><title>Rows</title><div id="root"></div><script type="module" src="/rows.js"></script>',
  );
  return folder;
}

/** Zeroes what the page counts. */
function reset(page: Page): Promise<void> {
  return page.evaluate(() => {
    const { bench } = globalThis as unknown as { bench: RowsBench };
    bench.renders.clear();
    bench.listRenders = 0;
    bench.longTasks.length = 0;
    bench.delays.length = 0;
  });
}

function read(page: Page, changed: number): Promise<Counted> {
  return page.evaluate((id) => {
    const { bench } = globalThis as unknown as { bench: RowsBench };
    const ofAll = [...bench.renders.values()].reduce((sum, count) => sum + count, 0);
    const ofChanged = bench.renders.get(id) ?? 0;
    const { listRenders: ofList, longTasks, delays } = bench;
    return { ofChanged, ofOthers: ofAll - ofChanged, ofList, longTasks: [...longTasks], delays: [...delays] };
  }, changed);
}

async function fill(page: Page, count: number): Promise<void> {
  await page.evaluate(async (rows) => {
    await (globalThis as unknown as { bench: RowsBench }).bench.fill(rows);
  }, count);
  await page.waitForFunction((rows) => document.querySelectorAll("li").length === rows, count);
  // What filling has led to is over.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
  await reset(page);
}

process.env["BENCH_PAGE"] = await bundlePage();
await using server = await ServerProcess.start("rows");
const browser = await launchBrowser();
let changes: Counted;
let appends: Counted;
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.port}/`);
  await page.waitForSelector("#changes");
  await fill(page, ROWS);
  await page.evaluate(
    async ([index, times]) => {
      await (globalThis as unknown as { bench: RowsBench }).bench.change(index!, times!);
    },
    [CHANGED, TIMES],
  );
  await page.waitForFunction((times) => document.querySelector("#changes")?.textContent === String(times), TIMES, {
    timeout: 120_000,
  });
  changes = await read(page, CHANGED);
  await fill(page, LONG_LIST);
  await page.evaluate(async (times) => {
    const { bench } = globalThis as unknown as { bench: RowsBench };
    for (let at = 0; at < times; at += 1) await bench.append();
  }, APPENDS);
  await page.waitForFunction((rows) => document.querySelectorAll("li").length === rows, LONG_LIST + APPENDS);
  appends = await read(page, -1);
} finally {
  await browser.close();
}

const longest = Math.max(0, ...changes.longTasks);
report({
  name: "rows",
  title: "13. A React page with 1,000 rows, one of which changes 60 times a second",
  rows: [
    {
      what: `${TIMES} changes: renders of the other 999 rows`,
      figure: figure(changes.ofOthers),
      target: "none",
      isMet: changes.ofOthers === 0,
    },
    { what: "renders of the row; of the list", figure: `${changes.ofChanged}; ${changes.ofList}` },
    {
      what: "the longest task over 50 ms",
      figure: longest === 0 ? "none" : `${figure(longest)} ms (${changes.longTasks.length} in all)`,
      target: "none",
      isMet: longest === 0,
    },
    {
      what: "from a message to the page showing it: median; 99 of 100 within",
      figure: `${figure(median(changes.delays))} ms; ${figure(percentile(changes.delays, 0.99))} ms`,
    },
    {
      what: "row 4 in the browser: one item appended to a list of 10,000 rows, from its message to the page showing it",
      figure: `${figure(median(appends.delays))} ms; ${figure(percentile(appends.delays, 0.99))} ms`,
    },
    {
      what: "the same: renders of rows for each item",
      figure: figure((appends.ofChanged + appends.ofOthers) / APPENDS),
    },
  ],
  notes: [
    "Headless Chromium, React's production build, rows in `memo`; shown means: React's layout effects have run.",
    LIMITS_NOTE,
  ],
});
