import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { App } from "../../../src/server/index.ts";
import { hello, hostileFrame, type Known, Random } from "../../property/survive/hostile-frames.ts";
import { CounterState, silent } from "../server/counter-state.ts";
import { RawPage } from "../server/raw-page.ts";
import { PROTOCOL_VERSION } from "../../../src/wire/messages.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31);

async function listen() {
  console.info(`FUZZ_SEED=${seed}`);
  const expired = new Set<string>();
  const app = new App({
    states: [CounterState],
    logger: silent,
    maxMessageBytes: 20_000,
    maxConnectionsPerAddress: 5_000,
    lostGraceMs: 0,
    closeGraceMs: 0,
    sessionTtlMs: 1,
    onExpire: ({ clientToken }) => void expired.add(clientToken),
  });
  const { url, port } = await app.listen(0, "127.0.0.1");
  return { app, url, port, expired, [Symbol.asyncDispose]: () => app.close() };
}

/** Settles when only so many pages are there. */
async function pagesLeft(app: App, count: number): Promise<void> {
  while (app.eventNamespace.tokenToSid.size > count) await new Promise((resolve) => setImmediate(resolve));
}

/** A WebSocket frame, of which anything may be wrong. */
function rawFrame(random: Random): Buffer {
  const opcode = random.of([0, 1, 1, 1, 2, 3, 7, 8, 9, 10, 11, 15]);
  const fin = random.below(4) > 0 ? 0x80 : 0;
  const rsv = random.below(6) === 0 ? random.of([0x40, 0x20, 0x10]) : 0;
  const masked = random.below(8) > 0 ? 0x80 : 0;
  const payload = randomBytes(random.of([0, 1, 2, 50, 125]));
  const claimed = random.below(6) === 0 ? random.below(126) : payload.length;
  if (random.below(10) === 0) {
    const length = Buffer.alloc(8, random.of([0, 0xff, 0x7f]));
    return Buffer.concat([Buffer.from([fin | rsv | opcode, masked | 127]), length, payload]);
  }
  return Buffer.concat([Buffer.from([fin | rsv | opcode, masked | claimed]), Buffer.alloc(4), payload]);
}

async function upgraded(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  const key = randomBytes(16).toString("base64");
  socket.write(
    "GET /_meanwhile HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  await once(socket, "data");
  return socket;
}

it("2.4.5 bytes that are no WebSocket frames end their connection, and harm no other", async () => {
  await using server = await listen();
  const honest = await RawPage.hello(server.url);
  const random = new Random(seed);
  for (let round = 1; round <= 30; round += 1) {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => upgraded(server.port)));
    for (const socket of sockets) {
      for (let frames = random.below(6); frames >= 0; frames -= 1) socket.write(rawFrame(random));
      if (random.below(2) === 0) socket.end();
      else socket.destroySoon();
    }
    honest.call(round, "CounterState", "add", 1);
    expect(await honest.result(round)).toMatchObject({ ok: true, value: round });
    for (const socket of sockets) socket.destroy();
  }
  await pagesLeft(server.app, 1);
  await honest.close();
});

it("2.4.5 hostile frames over real sockets: the same, and their sessions expire", async () => {
  await using server = await listen();
  const honest = await RawPage.hello(server.url);
  const random = new Random(seed);
  const known: Known = { honestToken: honest.welcome.token, ownToken: "none", nextId: 1 };
  for (let round = 1; round <= 40; round += 1) {
    const sockets = Array.from({ length: 10 }, () => new WebSocket(`${server.url.replace("http", "ws")}/_meanwhile`));
    await Promise.all(
      sockets.map(async (socket) => {
        socket.on("error", () => {});
        await once(socket, "open");
        socket.send(
          JSON.stringify({ ...hello(random, known), protocol: PROTOCOL_VERSION, version: 0, states: [], held: [] }),
        );
        for (let frames = 0; frames < 10 && socket.readyState === WebSocket.OPEN; frames += 1) {
          const frame = hostileFrame(random, known);
          socket.send(typeof frame === "string" ? frame : Buffer.from("{}"));
        }
        const closed = once(socket, "close");
        if (random.below(2) === 0) socket.close();
        else socket.terminate();
        await closed;
      }),
    );
    honest.call(round, "CounterState", "add", 1);
    expect(await honest.result(round)).toMatchObject({ ok: true, value: round });
  }
  await pagesLeft(server.app, 1);
  expect(server.expired.has(honest.welcome.token)).toBe(false);
  expect(Object.keys(Object.prototype)).toEqual([]);
  await honest.close();
});
