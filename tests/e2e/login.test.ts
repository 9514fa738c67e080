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

/** A tab with all that its sockets were sent. */
interface Tab {
  readonly page: Page;
  /** What the server has sent, oldest first. */
  readonly frames: string[];
}

const PASSWORDS = { ada: "analytical engine", grace: "nanosecond" } as const;

async function logIn({ page }: Tab, name: keyof typeof PASSWORDS, password: string = PASSWORDS[name]): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

async function loggedIn({ page }: Tab, name: string): Promise<void> {
  await page.locator("#user", { hasText: name }).waitFor();
}

async function logOut(tab: Tab): Promise<void> {
  await tab.page.getByRole("button", { name: "Log out" }).click();
  await loggedOut(tab);
}

async function loggedOut({ page }: Tab): Promise<void> {
  await page.getByLabel("Password").waitFor();
}

async function write({ page }: Tab, note: string, button: "Add" | "Remind me" = "Add"): Promise<void> {
  await page.getByLabel("Note").fill(note);
  await page.getByRole("button", { name: button }).click();
}

async function noted({ page }: Tab, note: string): Promise<void> {
  await page.getByRole("listitem").filter({ hasText: note }).waitFor();
}

/** All that a person at this tab could find: the document, what fields hold, what the browser keeps for the page. */
async function findable({ page }: Tab): Promise<string> {
  return page.evaluate(() => {
    const fields = [...document.querySelectorAll("input")].map(({ value }) => value);
    return JSON.stringify([document.documentElement.outerHTML, fields, { ...sessionStorage }, { ...localStorage }]);
  });
}

function storageOf({ page }: Tab): Promise<Record<string, string>> {
  return page.evaluate(() => ({ ...sessionStorage }));
}

/** The client token in what `storageOf` gives. */
function tokenIn(items: Record<string, string>): string {
  return Object.entries(items).find(([key]) => key.endsWith("token"))![1];
}

describe.each([
  ["the dev server", () => ExampleServer.dev("login")],
  ["the production build", () => ExampleServer.built("login", "dist/server/serve.js")],
] as const)("login on %s", (_, start) => {
  let server: ExampleServer;
  let context: BrowserContext;
  let problems: string[];

  beforeAll(async () => {
    server = await start();
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

  async function open(inContext: BrowserContext = context): Promise<Tab> {
    const page = await inContext.newPage();
    const frames: string[] = [];
    recordPage(page);
    page.on("websocket", (socket) => {
      if (socket.url().includes("_meanwhile"))
        socket.on("framereceived", ({ payload }) => frames.push(String(payload)));
    });
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
    });
    await page.goto(server.url);
    await page.locator("[data-status=connected]").waitFor();
    return { page, frames };
  }

  it("2.4.5 nothing of one user is left for the next; tasks end or go on as declared", async () => {
    const tab = await open();
    await loggedOut(tab);
    await logIn(tab, "ada");
    await loggedIn(tab, "ada");
    await write(tab, "buy a difference engine");
    await noted(tab, "buy a difference engine");
    await write(tab, "wind it up", "Remind me");
    const token = tokenIn(await storageOf(tab));

    const before = tab.frames.length;
    await logOut(tab);
    const left = await findable(tab);
    expect(left).not.toContain("difference engine");
    expect(left).not.toContain("ada");
    expect(left).not.toContain(token);
    expect(tab.frames.slice(before).join("\n")).not.toMatch(/difference engine|"ada"/);

    const between = tab.frames.length;
    await logIn(tab, "grace");
    await loggedIn(tab, "grace");
    expect(await tab.page.getByRole("listitem").count()).toBe(0);
    expect(await findable(tab)).not.toContain("difference engine");
    await write(tab, "find the moth");
    await noted(tab, "find the moth");
    expect(tab.frames.slice(between).join("\n")).not.toMatch(/difference engine|"ada"/);
    await logOut(tab);

    // Ada's visit has ended with her logout, for that reason; her reminder went on without her.
    await expect
      .poll(
        async () => {
          await logIn(tab, "ada");
          await loggedIn(tab, "ada");
          const text = await tab.page.locator("main").innerText();
          await logOut(tab);
          return text;
        },
        { timeout: 20_000, interval: 1_000 },
      )
      .toMatch(/the last visit: \d+ s \(left\)[^]*buy a difference engine\s+Reminder: wind it up/);
    expect(await findable(tab)).not.toMatch(/difference engine|moth/);
  });

  it("2.4.5 wrong passwords and other sites log nobody in, and no script can read the cookie", async () => {
    const tab = await open();
    await loggedOut(tab);
    await logIn(tab, "ada", "guess");
    await tab.page.getByRole("alert").waitFor();
    // Chromium says so in the console.
    expect(problems.splice(0)).toMatchObject([expect.stringContaining("401")]);
    await loggedOut(tab);
    expect(await context.cookies()).toEqual([]);
    const forged = await fetch(`${server.url}/login`, {
      method: "POST",
      headers: { origin: "https://evil.example" },
      body: new URLSearchParams({ name: "ada", password: PASSWORDS.ada }),
    });
    expect(forged.status).toBe(403);
    expect(forged.headers.get("set-cookie")).toBeNull();

    await logIn(tab, "ada");
    await loggedIn(tab, "ada");
    expect(await tab.page.evaluate(() => document.cookie)).toBe("");
    expect(await context.cookies()).toMatchObject([{ name: "login", httpOnly: true, sameSite: "Lax" }]);
    await logOut(tab);
    expect(await context.cookies()).toEqual([]);
  });

  it("2.4.5 a stolen token without the cookie opens a fresh session, and its owner is not disturbed", async () => {
    const tab = await open();
    await logIn(tab, "ada");
    await loggedIn(tab, "ada");
    await write(tab, "where the token is");
    await noted(tab, "where the token is");
    const stolen = await storageOf(tab);

    const elsewhere = await browser.newContext();
    await elsewhere.addInitScript((items) => {
      if (sessionStorage.length === 0) Object.assign(sessionStorage, items);
    }, stolen);
    const thief = await open(elsewhere);
    await loggedOut(thief);
    const found = await findable(thief);
    expect(found).not.toContain("where the token is");
    expect(found).not.toContain(tokenIn(stolen));
    expect(thief.frames.join("\n")).not.toMatch(/where the token is|"ada"/);
    expect(thief.frames[0]).toContain('"fresh":"identity"');
    await elsewhere.close();

    const { length } = tab.frames;
    await write(tab, "still here");
    await noted(tab, "still here");
    expect(tab.frames.slice(length).join("\n")).not.toContain("welcome");
    await logOut(tab);
  });

  it("2.4.5 the other tabs of the browser follow a login and a logout", async () => {
    const first = await open();
    const second = await open();
    await logIn(first, "grace");
    await Promise.all([loggedIn(first, "grace"), loggedIn(second, "grace")]);
    await write(second, "only in this tab's session");
    await noted(second, "only in this tab's session");
    await logOut(first);
    await loggedOut(second);
    expect(await findable(second)).not.toContain("only in this tab");
  });

  it("2.4.5 a reload keeps the session of who is logged in", async () => {
    const tab = await open();
    await logIn(tab, "ada");
    await loggedIn(tab, "ada");
    await tab.page.locator(".visit", { hasText: /for [2-9] s/ }).waitFor();
    await tab.page.reload();
    await loggedIn(tab, "ada");
    expect(await tab.page.locator(".visit").innerText()).toMatch(/for [2-9] s/);
    await logOut(tab);
  });

  it.each(["light", "dark"] as const)("axe finds nothing (%s)", async (colorScheme) => {
    await context.close();
    context = await browser.newContext({ colorScheme, viewport: { width: 390, height: 844 } });
    const tab = await open();
    const violations = async (): Promise<string[]> => {
      await tab.page.evaluate(axe.source);
      const results = await tab.page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
      return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    };
    await loggedOut(tab);
    expect(await violations()).toEqual([]);
    await logIn(tab, "grace");
    await loggedIn(tab, "grace");
    expect(await violations()).toEqual([]);
    await logOut(tab);
  });
});
