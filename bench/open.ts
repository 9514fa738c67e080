/** Row 11: how long does it take from opening the page to the first live value, and how many round trips? */
import type { Browser } from "playwright-core";
import { launchBrowser } from "./support/browser.ts";
import { BuiltExample } from "./support/built-example.ts";
import { report } from "./support/report.ts";
import { sized } from "./support/settings.ts";
import { spread, withSpread } from "./support/statistics.ts";

/** What a page says of its own start. Times in ms since the navigation began. */
interface Opening {
  /** When the browser first painted anything. */
  readonly paintedAt: number;
  /** When the value was in the page. */
  readonly valueAt: number;
  /** Frames in which the page showed something, but no value. */
  readonly framesWithout: number;
  /** When the page was connected, and its values live. */
  readonly liveAt: number;
  /** What was asked for, in its order, with how many answers had to come before: `document 1`. */
  readonly requests: readonly string[];
}

interface Watch {
  valueAt: number;
  liveAt: number;
  framesWithout: number;
}

/** Runs in the page before its own code. */
function watchPage(): void {
  const watch: Watch = { valueAt: 0, liveAt: 0, framesWithout: 0 };
  Object.assign(globalThis, { watch });
  const look = (): void => {
    const value = document.querySelector(".count strong")?.textContent ?? "";
    if (watch.valueAt === 0 && value !== "") watch.valueAt = performance.now();
    if (watch.liveAt === 0 && document.querySelector('[data-status="connected"]') !== null)
      watch.liveAt = performance.now();
  };
  new MutationObserver(look).observe(document, {
    childList: true,
    subtree: true,
    attributes: true,
    characterData: true,
  });
  const frame = (): void => {
    const isEmpty = (document.getElementById("root")?.childElementCount ?? 0) === 0;
    if (!isEmpty && watch.valueAt === 0) watch.framesWithout += 1;
    if (watch.liveAt === 0) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

async function openPage(browser: Browser, url: string): Promise<Opening> {
  // Nothing cached: a context of its own.
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const network = await context.newCDPSession(page);
    await network.send("Network.enable");
    const depths = new Map<string, number>();
    const requests: string[] = [];
    const asked = (
      kind: string,
      target: string,
      by: { url?: string; stack?: { callFrames: { url: string }[] } },
    ): void => {
      const initiator = by.url ?? by.stack?.callFrames[0]?.url ?? "";
      const depth = (depths.get(initiator) ?? 0) + 1;
      depths.set(target, depth);
      requests.push(`${kind} ${depth}`);
    };
    network.on("Network.requestWillBeSent", ({ type, request, initiator }) => {
      if (!request.url.startsWith("data:")) asked((type ?? "other").toLowerCase(), request.url, initiator);
    });
    network.on("Network.webSocketCreated", ({ url: target, initiator }) => asked("socket", target, initiator ?? {}));
    await page.addInitScript(watchPage);
    await page.goto(url);
    await page.waitForFunction(
      () =>
        (globalThis as unknown as { watch: Watch }).watch.liveAt > 0 &&
        performance.getEntriesByName("first-contentful-paint").length > 0,
    );
    const found = await page.evaluate(() => {
      const [paint] = performance.getEntriesByName("first-contentful-paint");
      return { ...(globalThis as unknown as { watch: Watch }).watch, paintedAt: paint?.startTime ?? 0 };
    });
    return { ...found, requests };
  } finally {
    await context.close();
  }
}

const openings: Opening[] = [];
{
  await using example = await BuiltExample.start("my-task");
  const browser = await launchBrowser();
  try {
    // The first one only warms up.
    for (let at = 0; at <= sized(15, 3); at += 1) {
      const opening = await openPage(browser, example.url);
      if (at > 0) openings.push(opening);
    }
  } finally {
    await browser.close();
  }
}

const depth = Math.max(...openings.flatMap(({ requests }) => requests.map((each) => Number(each.split(" ")[1]))));
const shapes = new Set(openings.map(({ requests }) => requests.join(", ")));
const framesWithout = openings.reduce((sum, opening) => sum + opening.framesWithout, 0);
const isFirst = openings.every(({ valueAt, paintedAt }) => valueAt <= paintedAt);
report({
  name: "open",
  title: "11. From opening the page to the first live value, cold",
  rows: [
    {
      what: "answers that had to come one after the other",
      figure: String(depth),
      target: "HTML, script, socket: 3",
      isMet: depth <= 3,
    },
    {
      what: "value in the first frame: openings in which the first paint had it",
      figure: `${openings.filter(({ valueAt, paintedAt }) => valueAt <= paintedAt).length} of ${openings.length}`,
      target: "all",
      isMet: isFirst && framesWithout === 0,
    },
    { what: "frames that showed something, but no value", figure: String(framesWithout) },
    { what: "value in the page after", figure: withSpread(spread(openings.map(({ valueAt }) => valueAt)), " ms") },
    { what: "first paint after", figure: withSpread(spread(openings.map(({ paintedAt }) => paintedAt)), " ms") },
    { what: "live after", figure: withSpread(spread(openings.map(({ liveAt }) => liveAt)), " ms") },
  ],
  notes: [
    `Asked for, each with its place in the chain: ${[...shapes].join("; or ")}. The socket's own: the upgrade, then \`hello\` and its answer.`,
    "Headless Chromium, production build of examples/my-task, a context without a cache for each opening. Times are of this machine with no network between: they say little.",
  ],
});
