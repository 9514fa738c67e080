import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { event, isCancelled, State, type Background } from "../../../src/index.ts";
import { App } from "../../../src/server/index.ts";
import { silent } from "./counter-state.ts";
import { RawPage } from "./raw-page.ts";

type Work = (signal: AbortSignal, begun: () => void) => Promise<unknown>;
let work: Work;
let begun: () => void;
let caught: unknown;

class NativeState extends State {
  isBusy = false;

  @event({ background: true }) async run(this: Background<NativeState>) {
    await this.lock((self) => void (self.isBusy = true));
    try {
      await work(this.task.signal, begun);
    } catch (error) {
      caught = error;
      throw error;
    } finally {
      await this.lock((self) => void (self.isBusy = false));
    }
  }
}

/** A server that takes requests and never answers. */
async function silentServer() {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: once(server, "request"),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

it.each<[what: string, work: Work]>([
  [
    "fetch",
    async (signal, started) => {
      await using server = await silentServer();
      void server.asked.then(started);
      await fetch(server.url, { signal });
    },
  ],
  [
    "a timer",
    async (signal, started) => {
      started();
      await delay(1_000_000, undefined, { signal });
    },
  ],
  [
    "a child process, which is gone then",
    async (signal, started) => {
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000); console.log('up')"], { signal });
      const gone = once(child, "exit").catch(() => once(child, "exit"));
      try {
        await once(child.stdout, "data");
        started();
        await once(child, "close");
      } finally {
        await gone;
        expect(child.signalCode).toBe("SIGTERM");
      }
    },
  ],
  [
    "a stream",
    async (signal, started) => {
      const endless = Readable.from(
        (async function* () {
          started();
          for (;;) {
            yield "x";
            await delay(5);
          }
        })(),
      );
      await pipeline(endless, new PassThrough().resume(), { signal });
    },
  ],
])("2.3.11 a cancel reaches %s at once, and the state is put right", async (_, given) => {
  work = given;
  caught = undefined;
  const started = new Promise<void>((resolve) => (begun = resolve));
  await using app = new App({ states: [NativeState], logger: silent, cancelGraceMs: 600_000 });
  const { url } = await app.listen(0, "127.0.0.1");
  const page = await RawPage.hello(url);
  page.call(1, "NativeState", "run");
  await started;
  const [task] = app.backgroundTasks;
  task?.cancel();
  await expect(task?.result).rejects.toMatchObject({ code: "TASK_CANCELLED", reason: "cancelled" });
  expect(isCancelled(caught)).toBe(true);
  const [token] = app.eventNamespace.tokenToSid.keys();
  const isBusy = await app.modifyState(token!, NativeState, (self) => self.isBusy);
  expect(isBusy).toBe(false);
  await page.close();
});
