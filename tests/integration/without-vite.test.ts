import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { connect, stateRef } from "../../src/client/index.ts";
import { CANARY } from "../support/canary.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
let dir = "";
let server: ChildProcess;
let url = "";

const FILES = {
  "counter.state.ts": `
    import { readFileSync } from "node:fs";
    import { event, State, type Background } from "meanwhile";
    export class CounterState extends State {
      counter = 0;
      _secret = "${CANARY}";
      get size() { return typeof readFileSync; }
      @event add(n: number) { this.counter += n; return this.counter; }
      @event({ background: true }) async count(this: Background<CounterState>, to: number) {
        while (await this.lock((self) => self.counter < to && (self.counter += 1) > 0)) await this.task.sleep(1);
      }
    }`,
  "server.ts": `
    import { App } from "meanwhile/server";
    import { CounterState } from "./counter.state.ts";
    const app = new App({ states: [CounterState], logger: { debug() {}, info() {}, warn: console.warn, error: console.error } });
    const { url } = await app.listen(0, "127.0.0.1");
    console.log(url);
    process.once("SIGTERM", () => void app.close());`,
  "page.ts": `
    import { connect, stateRef } from "meanwhile/client";
    import type { CounterState } from "./counter.state.ts";
    export const counter = connect({ url: location.origin }).state(stateRef<CounterState>("CounterState"));
    counter.subscribe(() => { document.title = String(counter.page.counter); });`,
};

beforeAll(async () => {
  // Inside the repository, so that "meanwhile" is the built package.
  mkdirSync(join(root, ".cache"), { recursive: true });
  dir = mkdtempSync(join(root, ".cache", "without-vite-"));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(dir, name), text);
  server = spawn(process.execPath, ["--import", "tsx", "server.ts"], {
    cwd: dir,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [first] = (await once(server.stdout!, "data")) as [Buffer];
  url = first.toString().trim();
});

afterAll(async () => {
  const ended = once(server, "exit");
  server.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  rmSync(dir, { recursive: true, force: true });
});

it("a server run by tsx serves a client of Node, typed by a ref made by hand", async () => {
  const client = connect({ url, webSocket: WebSocket });
  const counter = client.state(stateRef<{ counter: number; add(n: number): number }>("CounterState"));
  const stop = counter.subscribe(() => {});
  await counter.loaded();
  expect(await counter.page.add(3)).toBe(3);
  expect(await counter.call("count", [10])).toMatchObject({ id: expect.any(String) as string });
  await new Promise<void>((resolve) => {
    const stopWatching = counter.subscribe(() => {
      if (counter.page.counter < 10) return;
      stopWatching();
      resolve();
    });
  });
  stop();
  client.close();
});

it("a page bundled by any bundler has nothing of the server in it", async () => {
  const { outputFiles } = await build({
    entryPoints: [join(dir, "page.ts")],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
  });
  const text = outputFiles.map((file) => file.text).join("");
  expect(text).toContain("CounterState");
  expect(text).not.toContain(CANARY);
  expect(text).not.toMatch(/node:fs|readFileSync|extends State/);
});
