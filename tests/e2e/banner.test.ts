import axe from "axe-core";
import type { Browser, BrowserContext, Page, WebSocketRoute } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, recordPage } from "../support/browser.ts";
import { ExampleServer } from "./example-server.ts";

const APP = "../tests/fixtures/survive";

let browser: Browser;
let server: ExampleServer;
let context: BrowserContext;

beforeAll(async () => {
  browser = await launchBrowser();
  await ExampleServer.build(APP);
  server = await ExampleServer.serve(APP);
}, 120_000);
afterAll(async () => {
  await browser.close();
  await server.stop();
});
afterEach(() => context.close());

/** What the far end of the page's line does with each connection. */
type FarEnd = (socket: WebSocketRoute) => void;

const REFUSED = JSON.stringify({
  type: "refused",
  code: "UNAUTHORIZED",
  message: "You have been signed out. Sign in again to go on.",
  retry: false,
});

const farEnds = {
  up: (socket) => void socket.connectToServer(),
  down: (socket) => void socket.close({ code: 1011 }),
  refusing: (socket) => socket.onMessage(() => socket.send(REFUSED)),
} satisfies Record<string, FarEnd>;

interface Shown {
  readonly page: Page;
  /** What new connections meet. */
  farEnd: FarEnd;
  /** Breaks the connections that there are. */
  cut(): Promise<void>;
}

async function open(options: Parameters<Browser["newContext"]>[0] = {}, dir: "ltr" | "rtl" = "ltr"): Promise<Shown> {
  context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  recordPage(page);
  const sockets = new Set<WebSocketRoute>();
  const shown: Shown = {
    page,
    farEnd: farEnds.up,
    async cut() {
      const closed = [...sockets].map((socket) => socket.close({ code: 1011 }));
      sockets.clear();
      await Promise.all(closed);
      await page.locator("main:not([data-status=connected])").waitFor();
    },
  };
  await page.routeWebSocket(/_meanwhile/, (socket) => {
    sockets.add(socket);
    shown.farEnd(socket);
  });
  await page.addInitScript((dir) => {
    const seen = { violations: [] as string[], moved: [] as string[] };
    Object.assign(globalThis, { seen });
    document.addEventListener("securitypolicyviolation", ({ violatedDirective }) =>
      seen.violations.push(violatedDirective),
    );
    document.addEventListener("DOMContentLoaded", () => (document.documentElement.dir = dir));
    new PerformanceObserver((list) => {
      const shifts = list.getEntries() as unknown as readonly { sources: readonly { node: Node | null }[] }[];
      for (const { node } of shifts.flatMap(({ sources }) => sources)) {
        const element = node instanceof Element ? node : node?.parentElement;
        // Within the banner its words may move.
        if (element?.closest("section") === null) seen.moved.push(element.outerHTML);
      }
    }).observe({ type: "layout-shift", buffered: true });
  }, dir);
  await page.goto(server.url);
  await page.locator("main[data-status=connected]").waitFor();
  return shown;
}

/** Has the page try again at once, as a browser does that is online again. */
const wake = (page: Page): Promise<unknown> => page.evaluate(() => dispatchEvent(new Event("online")));

const banner = (page: Page, kind: string): Promise<void> => page.locator(`section[data-kind=${kind}]`).waitFor();

/** Has the banner show each kind, one after the other. */
const kinds: readonly (readonly [string, (shown: Shown) => Promise<void>])[] = [
  [
    "reconnecting",
    async (shown) => {
      shown.farEnd = farEnds.down;
      await shown.cut();
    },
  ],
  ["offline", () => context.setOffline(true)],
  [
    "connected",
    async (shown) => {
      shown.farEnd = farEnds.up;
      await context.setOffline(false);
      await wake(shown.page);
    },
  ],
  [
    "closed",
    async (shown) => {
      shown.farEnd = farEnds.refusing;
      await shown.cut();
      await wake(shown.page);
    },
  ],
  [
    "lost",
    async (shown) => {
      // A token that the server does not know (any more).
      await shown.page.evaluate(() => {
        for (const key of Object.keys(sessionStorage))
          if (key.endsWith(":token")) sessionStorage.setItem(key, "x".repeat(32));
      });
      shown.farEnd = farEnds.up;
      await shown.page.reload();
    },
  ],
];

describe.each([
  ["light", { width: 1100, height: 700 }, "ltr"],
  ["dark", { width: 1100, height: 700 }, "ltr"],
  ["light", { width: 390, height: 844 }, "ltr"],
  ["dark", { width: 390, height: 844 }, "rtl"],
] as const)("the banner, %s, %o, %s", (colorScheme, viewport, dir) => {
  it("has nothing that axe would find, moves nothing, overflows nothing, breaks no policy", async () => {
    const shown = await open({ colorScheme, viewport }, dir);
    const { page } = shown;
    for (const [kind, bring] of kinds) {
      await bring(shown);
      await banner(page, kind);
      if (process.env["SHOTS"] !== undefined)
        await page.screenshot({ path: `${process.env["SHOTS"]}/${kind}-${colorScheme}-${viewport.width}-${dir}.png` });
      const { found, seen, box, width } = (await page.evaluate(
        // Run by the debugger, which a page's policy does not bind.
        `${axe.source}; axe.run().then(({ violations }) => ({
          found: violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")),
          seen: globalThis.seen,
          box: document.querySelector("section").getBoundingClientRect().toJSON(),
          width: document.documentElement.scrollWidth,
        }))`,
      )) as { found: string[]; seen: { violations: string[]; moved: string[] }; box: DOMRect; width: number };
      expect(found, kind).toEqual([]);
      expect(seen.violations, kind).toEqual([]);
      expect(seen.moved, kind).toEqual([]);
      expect(width, kind).toBe(viewport.width);
      expect(box.left, kind).toBeGreaterThanOrEqual(16);
      expect(box.right, kind).toBeLessThanOrEqual(viewport.width - 16);
      expect(viewport.height - box.bottom, kind).toBe(16);
    }
  });
});

it("is reached by keyboard, tries now, and gives the focus back", async () => {
  const shown = await open();
  const { page } = shown;
  await page.getByLabel("Note").focus();
  shown.farEnd = farEnds.down;
  await shown.cut();
  await banner(page, "reconnecting");
  const attempt = page.getByRole("button", { name: "Try now" });
  for (let tabs = 0; tabs < 10 && !(await attempt.evaluate((it) => it === document.activeElement)); tabs += 1)
    await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Try now");
  shown.farEnd = farEnds.up;
  await page.keyboard.press("Enter");
  await banner(page, "connected");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Send");
});
