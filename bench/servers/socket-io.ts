/** Socket.IO 4 with the floor's handler. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { serve } from "../support/serve.ts";

const http = createServer();
const io = new Server(http, { transports: ["websocket"] });
io.on("connection", (socket) => {
  const state = { counter: 0 };
  socket.on("add", (add: number) => {
    state.counter += add;
    socket.emit("counter", state.counter);
  });
});
http.listen(0, "127.0.0.1", () => serve((http.address() as AddressInfo).port));
