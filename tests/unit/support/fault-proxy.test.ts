import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { FrameMeter } from "../../support/frame-meter.ts";

/** A server that keeps its sockets and what has come over them. */
async function sink() {
  const server = createServer({ allowHalfOpen: true });
  const sockets: Socket[] = [];
  const texts: string[] = [];
  const ends: string[] = [];
  server.on("connection", (socket) => {
    const at = sockets.push(socket) - 1;
    texts[at] = "";
    socket.on("data", (data) => (texts[at] += data.toString()));
    socket.on("end", () => ends.push("end"));
    socket.on("error", (error: NodeJS.ErrnoException) => ends.push(error.code ?? ""));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy = await FaultProxy.to((server.address() as AddressInfo).port);
  const dial = async (): Promise<Socket> => {
    const socket = connect({ port: Number(new URL(proxy.url).port), host: "127.0.0.1", allowHalfOpen: true });
    await once(socket, "connect");
    return socket;
  };
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    proxy,
    sockets,
    texts,
    ends,
    dial,
    until,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

it("passes bytes on in both directions, and the end of either", async () => {
  await using run = await sink();
  const client = await run.dial();
  client.write("hello");
  await run.until(() => run.texts[0] === "hello");
  run.sockets[0]!.write("back");
  expect(String((await once(client, "data"))[0])).toBe("back");
  client.end();
  await run.until(() => run.ends.length === 1);
  expect(run.ends).toEqual(["end"]);
  run.sockets[0]!.end();
  await once(client, "end");
});

it("cuts by RST or FIN, after so many bytes", async () => {
  for (const ending of ["reset", "end"] as const) {
    await using run = await sink();
    run.proxy.onLink = (link) => link.toServer.cutAfterBytes(8, ending);
    const client = await run.dial();
    client.write("first");
    await run.until(() => run.texts[0] === "first");
    const closed = new Promise<string>((resolve) => {
      client.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
      client.on("end", () => resolve("end"));
      client.resume();
    });
    client.write("hello");
    expect(await closed).toBe(ending === "reset" ? "ECONNRESET" : "end");
    await run.until(() => run.ends.length > 0);
    // A reset that comes together with data looks like an end in Node, and may overtake data.
    if (ending === "end") expect(run.ends).toEqual(["end"]);
    if (ending === "end") expect(run.texts[0]).toBe("firsthel");
    client.destroy();
  }
});

it("stalls a direction, with the end of the connection, and lets a newer one pass it", async () => {
  await using run = await sink();
  run.proxy.onLink = (link, index) => index === 0 && link.toServer.stall();
  const first = await run.dial();
  first.end("first");
  const second = await run.dial();
  second.write("second");
  await run.until(() => run.texts[1] === "second");
  expect([run.texts[0], run.ends]).toEqual(["", []]);
  run.proxy.links[0]!.toServer.resume();
  await run.until(() => run.ends.length === 1);
  expect(run.texts[0]).toBe("first");
  first.destroy();
  second.destroy();
});

it("half open: both sides keep their connection, and nothing comes through", async () => {
  await using run = await sink();
  const client = await run.dial();
  client.write("a");
  await run.until(() => run.texts[0] === "a");
  run.proxy.links[0]!.vanish();
  client.end("lost");
  const other = await run.dial();
  other.write("b");
  await run.until(() => run.texts[1] === "b");
  expect([run.texts[0], run.ends]).toEqual(["a", []]);
  client.destroy();
  other.destroy();
});

it("throttles and delays", async () => {
  await using run = await sink();
  run.proxy.onLink = (link) => {
    link.toServer.bytesPerSecond = 10_000;
    link.toServer.delayMs = 1;
  };
  const client = await run.dial();
  const start = performance.now();
  client.write("x".repeat(1_000));
  await run.until(() => run.texts[0]?.length === 1_000);
  expect(performance.now() - start).toBeGreaterThan(90);
  client.destroy();
});

it("counts WebSocket frames, and cuts between two of them", async () => {
  const webSockets = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(webSockets, "listening");
  const received: string[] = [];
  webSockets.on("connection", (socket) => socket.on("message", (data) => received.push(String(data))));
  await using proxy = await FaultProxy.to((webSockets.address() as AddressInfo).port);
  proxy.onLink = (link) => link.toServer.cutAfterFrames(2, "end");
  const socket = new WebSocket(proxy.url.replace("http", "ws"));
  await once(socket, "open");
  const sizes = [70_000, 200, 5];
  for (const size of sizes) socket.send("x".repeat(size));
  await once(socket, "close");
  const closed = once(webSockets, "close");
  webSockets.close();
  await closed;
  expect(received.map(({ length }) => length)).toEqual([70_000, 200]);
  expect(proxy.links[0]!.toServer.meter.frames).toBe(2);
});

it("a meter finds frames however they are cut into chunks", () => {
  const head = Buffer.from("HTTP/1.1 101\r\n\r\n");
  const frame = (size: number): Buffer =>
    Buffer.concat([
      Buffer.from(size < 126 ? [0x81, size] : [0x81, 126, size >> 8, size & 255]),
      Buffer.alloc(size, 0x61),
    ]);
  const all = Buffer.concat([head, frame(0), frame(5), frame(300)]);
  for (const size of [1, 3, 7, all.length]) {
    const meter = new FrameMeter();
    for (let at = 0; at < all.length; at += size) meter.pass(all.subarray(at, at + size));
    expect(meter.ends).toEqual([16, 18, 25, 329]);
    expect([meter.frames, meter.bytes]).toEqual([3, 329]);
  }
  expect(new FrameMeter().until(2, all)).toBe(25);
});
