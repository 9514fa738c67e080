import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import fastify from "fastify";
import { expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { App } from "../../../src/server/index.ts";
import { CounterState, silent } from "./counter-state.ts";
import { RawPage } from "./raw-page.ts";

async function address(server: Server): Promise<string> {
  if (!server.listening) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  }
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function closed(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  if (server.listening) await once(server, "close");
}

it("attach: an Express app keeps its routes, and gets the socket and the health endpoint", async () => {
  const app = new App({ states: [CounterState], logger: silent, path: "/live" });
  const routes = express();
  routes.get("/api/hello", (_, response) => void response.json({ hello: "express" }));
  routes.use(app.middleware());
  const server = createServer(routes);
  app.attach(server);
  const url = await address(server);
  expect(await (await fetch(`${url}/api/hello`)).json()).toEqual({ hello: "express" });
  expect(await (await fetch(`${url}/live/health`)).json()).toEqual({ status: "ok" });
  expect((await fetch(`${url}/nothing`)).status).toBe(404);
  const page = await RawPage.hello(url, { path: "/live" });
  page.call(1, "CounterState", "add", 3);
  expect(await page.result(1)).toMatchObject({ value: 3 });
  await app.close();
  expect(await page.closed).toBe(1001);
  // The server is the user's own: it goes on.
  expect((await fetch(`${url}/api/hello`)).status).toBe(200);
  await closed(server);
});

it("attach: a Fastify app keeps its routes, and gets the socket", async () => {
  const app = new App({ states: [CounterState], logger: silent });
  const routes = fastify();
  routes.get("/api/hello", () => ({ hello: "fastify" }));
  app.attach(routes.server);
  await routes.listen({ port: 0, host: "127.0.0.1" });
  const url = await address(routes.server);
  expect(await (await fetch(`${url}/api/hello`)).json()).toEqual({ hello: "fastify" });
  const page = await RawPage.hello(url);
  page.call(1, "CounterState", "add", 3);
  expect(await page.result(1)).toMatchObject({ value: 3 });
  await app.close();
  await routes.close();
});

it("attach: other listeners of upgrade on the same server are left alone", async () => {
  const app = new App({ states: [CounterState], logger: silent });
  const server = createServer();
  const other = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    if (request.url !== "/other") return;
    other.handleUpgrade(request, socket, head, (webSocket) => webSocket.send("other"));
  });
  app.attach(server);
  const url = await address(server);
  const socket = new WebSocket(`${url.replace("http", "ws")}/other`);
  const [message] = (await once(socket, "message")) as [Buffer];
  expect(message.toString()).toBe("other");
  const page = await RawPage.hello(url);
  await app.close();
  expect(await page.closed).toBe(1001);
  expect(socket.readyState).toBe(WebSocket.OPEN);
  socket.close();
  await once(socket, "close");
  await closed(server);
});
