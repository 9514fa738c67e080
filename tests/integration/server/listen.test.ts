import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { UnknownSessionError } from "../../../src/index.ts";
import { App, type AppOptions } from "../../../src/server/index.ts";
import { CANARY } from "../../support/canary.ts";
import { CounterState, silent } from "./counter-state.ts";
import { RawPage } from "./raw-page.ts";

async function listen(options: Partial<AppOptions> = {}) {
  const app = new App({ states: [CounterState], logger: silent, ...options });
  const { url, port } = await app.listen(0, "127.0.0.1");
  return { app, url, port, [Symbol.asyncDispose]: () => app.close() };
}

it("a call over a real socket gets its result in the frame of its commit", async () => {
  await using server = await listen();
  const page = await RawPage.hello(server.url, { states: ["CounterState"] });
  page.call(1, "CounterState", "add", 5);
  expect(await page.result(1)).toEqual({ id: 1, ok: true, value: 5 });
  const update = page.messages.at(-1);
  expect(update).toEqual({
    type: "update",
    version: 2,
    states: { CounterState: { patch: { counter: [0, 5], double: [0, 10] } } },
    results: [{ id: 1, ok: true, value: 5 }],
  });
  page.call(2, "CounterState", "fail");
  const failed = await page.result(2);
  expect(failed).toMatchObject({ ok: false, error: { code: "EVENT_FAILED" } });
  expect(JSON.stringify(failed)).not.toContain("inner detail");
  await page.close();
});

it("2.1.6 handlers see the page's path, query, address and headers", async () => {
  await using server = await listen();
  const page = await RawPage.hello(server.url, { headers: { "x-test": "yes" } });
  page.send({ type: "navigate", page: { path: "/orders/7", query: "?a=1&b=2&b=3" } });
  page.call(1, "CounterState", "where");
  expect(await page.result(1)).toEqual({
    id: 1,
    ok: true,
    value: { path: "/orders/7", query: { a: "1", b: ["2", "3"] }, ip: "127.0.0.1", agent: "yes", isToken: true },
  });
  await page.close();
});

it("2.3.15 app.modifyState is a lock window for code outside; an unknown token is an UnknownSessionError", async () => {
  await using server = await listen();
  const page = await RawPage.hello(server.url, { states: ["CounterState"] });
  expect(await server.app.modifyState(page.welcome.token, CounterState, (self) => (self.counter += 7))).toBe(7);
  await page.next((message) => message.type === "update" && JSON.stringify(message).includes("[0,7]"));
  await expect(server.app.modifyState("nobody", CounterState, () => {})).rejects.toBeInstanceOf(UnknownSessionError);
  await expect(
    server.app.modifyState(page.welcome.token, CounterState, async () => {
      await Promise.resolve();
      await server.app.modifyState(page.welcome.token, CounterState, () => {});
    }),
  ).rejects.toMatchObject({ code: "IMMUTABLE_STATE" });
  await page.close();
});

it("serves the built page with the initial values in it, made at the request, and its files", async () => {
  const dir = await mkdtemp(join(tmpdir(), "meanwhile-page-"));
  await mkdir(join(dir, "assets"));
  await writeFile(join(dir, "index.html"), "<!doctype html><html><head><title>t</title></head><body></body></html>");
  await writeFile(join(dir, "assets", "app-1234.js"), "export {};");
  await using server = await listen({ clientDir: dir });
  for (const path of ["/", "/index.html", "/orders/7"]) {
    const response = await fetch(server.url + path, { headers: { accept: "text/html" } });
    const html = await response.text();
    expect(response.status).toBe(200);
    const block = /<head><script type="application\/json" id="meanwhile-data">(.*?)<\/script><title>/.exec(html);
    expect(JSON.parse(block![1]!)).toEqual({
      path: "/_meanwhile",
      states: {
        CounterState: {
          full: { counter: 0, text: "</script><script>alert(1)</script>", double: 0 },
          events: ["add", "fail", "where", "sleepy"],
        },
      },
    });
    expect(html).not.toContain(CANARY);
    expect(html).not.toContain("_secret");
  }
  const asset = await fetch(`${server.url}/assets/app-1234.js`);
  expect([asset.status, asset.headers.get("cache-control")]).toEqual([200, "public, max-age=31536000, immutable"]);
  expect((await fetch(`${server.url}/missing.js`)).status).toBe(404);
  expect((await fetch(`${server.url}/..%2f..%2fetc/passwd`)).status).toBe(404);
  await rm(dir, { recursive: true });
});

it("app.close() takes in no more, cancels tasks and lets them put the state right, sends it, and leaves no handle", async () => {
  const { app, url } = await listen();
  const page = await RawPage.hello(url, { states: ["CounterState"] });
  page.call(1, "CounterState", "sleepy");
  await page.result(1);
  expect((await fetch(`${url}/_meanwhile/health`)).status).toBe(200);
  await app.close();
  expect(await page.closed).toBe(1001);
  expect(page.messages.at(-1)).toMatchObject({ states: { CounterState: { patch: { counter: [0, -1] } } } });
  expect(app.backgroundTasks.size).toBe(0);
  await expect(fetch(`${url}/_meanwhile/health`)).rejects.toThrow();
  await app.close();
});

it("a clientDir that is not there yet, and a page that can't be made, harm nobody", async () => {
  const errors: unknown[] = [];
  const dir = await mkdtemp(join(tmpdir(), "meanwhile-page-"));
  await using server = await listen({ clientDir: join(dir, "later"), onError: (error) => errors.push(error) });
  expect((await fetch(server.url)).status).toBe(404);
  expect((await fetch(`${server.url}/app.js`)).status).toBe(404);
  await mkdir(join(dir, "later", "index.html"), { recursive: true });
  expect((await fetch(server.url)).status).toBe(500);
  expect(errors).toHaveLength(1);
  await rm(join(dir, "later", "index.html"), { recursive: true });
  await writeFile(join(dir, "later", "index.html"), "<head></head>");
  await writeFile(join(dir, "later", "app.js"), "");
  expect((await fetch(server.url)).status).toBe(200);
  expect((await fetch(`${server.url}/app.js`)).status).toBe(200);
  await rm(dir, { recursive: true });
});
