/** The floor of row 10: a bare `ws` server that sends the same messages at the same pace. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { serve } from "../support/serve.ts";

const PACE_MS = 50;
let commits = 0;

const http = createServer();
const sockets = new WebSocketServer({ server: http });
sockets.on("connection", (socket) => {
  const state = { counter: 0, version: 2 };
  let isOver = false;
  const step = (): void => {
    if (isOver) return;
    state.counter += 1;
    state.version += 1;
    commits += 1;
    socket.send(`{"version":${state.version},"states":{"PacedState":{"counter":[0,${state.counter}]}}}`);
    setTimeout(step, PACE_MS);
  };
  socket.on("message", (data: Buffer) => {
    const { type } = JSON.parse(data.toString()) as { type: string };
    if (type === "stop") isOver = true;
    else setTimeout(step, PACE_MS);
  });
});
http.listen(0, "127.0.0.1", () => serve((http.address() as AddressInfo).port, { commits: () => commits }));
