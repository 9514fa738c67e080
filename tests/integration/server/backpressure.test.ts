import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { expect, it } from "vitest";
import { event, State, type Background } from "../../../src/index.ts";
import { App } from "../../../src/server/index.ts";
import { CounterState, silent } from "./counter-state.ts";
import { RawPage } from "./raw-page.ts";

const COMMITS = 1_000_000;
const TEXTS = Array.from({ length: 10 }, (_, digit) => String(digit).repeat(200_000));

class FloodState extends State {
  counter = 0;
  text = "";

  @event({ background: true }) async flood(this: Background<FloodState>) {
    for (let commit = 1; commit <= COMMITS; commit += 1) {
      await this.lock((self) => {
        self.counter = commit;
        self.text = TEXTS[commit % 10]!;
      });
    }
  }
}

/** An app on a server of the test's own, which sees how much each socket has not sent yet. */
async function serve() {
  const app = new App({ states: [FloodState, CounterState], logger: silent });
  const server = createServer();
  const sockets: Socket[] = [];
  server.on("upgrade", (_, socket) => sockets.push(socket as Socket));
  app.attach(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    app,
    sockets,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      await app.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

it(`2.4.3 a page that does not read while its task commits ${COMMITS} times: a bounded backlog, nobody waits`, async () => {
  await using server = await serve();
  const page = await RawPage.hello(server.url, { document: "d", states: ["FloodState"] });
  const other = await RawPage.hello(server.url, { states: ["CounterState"] });
  page.call(1, "FloodState", "flood");
  await page.result(1);
  page.socket.pause();
  const [socket] = server.sockets;
  const [task] = server.app.backgroundTasks;
  let hasEnded = false;
  void task!.ended.then(() => (hasEnded = true));
  let most = 0;
  let slowestMs = 0;
  let id = 0;
  while (!hasEnded) {
    const asked = performance.now();
    other.call((id += 1), "CounterState", "add", 1);
    expect(await other.result(id)).toMatchObject({ value: id });
    slowestMs = Math.max(slowestMs, performance.now() - asked);
    most = Math.max(most, socket!.writableLength);
  }
  // The line was full, and what waits is the high-water mark and the update that went beyond it.
  expect(most).toBeGreaterThan(256 * 1024);
  expect(most).toBeLessThan(256 * 1024 + 250_000);
  expect(id, "round trips of another session").toBeGreaterThan(20);
  expect(slowestMs).toBeLessThan(1_000);
  const before = page.updates.length;
  page.socket.resume();
  await page.next((message) => message.type === "update" && JSON.stringify(message).includes(`,${COMMITS}]`));
  // What had been sent, and then the newest state in one step.
  const counters = page.updates.slice(before).map(({ states }) => JSON.stringify(states?.["FloodState"]));
  expect(counters.at(-1)).toContain(`${COMMITS}`);
  expect(page.updates.length).toBeLessThan(2_000);
  await page.close();
  await other.close();
});
