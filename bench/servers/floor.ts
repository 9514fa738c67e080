/** The floor: the least that anyone could do on `ws`. Parse the message, add one to a field of the connection's object, answer with that field as JSON. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { serve } from "../support/serve.ts";

const http = createServer();
const sockets = new WebSocketServer({ server: http });
sockets.on("connection", (socket) => {
  const state = { counter: 0, maxCounter: 10, running: false };
  socket.on("message", (data: Buffer) => {
    const message = JSON.parse(data.toString()) as { add: number };
    state.counter += message.add;
    socket.send(JSON.stringify({ counter: state.counter }));
  });
});
http.listen(0, "127.0.0.1", () => serve((http.address() as AddressInfo).port));
