/** Colyseus: a room per client, schema state; a patch goes out at each message (by default every 50 ms, which would be what is measured). */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Room, Server } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { serve } from "../support/serve.ts";

const CounterState = schema({ counter: t.number().default(0) }, "CounterState");

class CounterRoom extends Room {
  override state = new CounterState();
  override maxClients = 1;
  override patchRate = null;
  override messages = {
    add: (): void => {
      this.state.counter += 1;
      this.broadcastPatch();
    },
  };
}

const http = createServer();
const server = new Server({ greet: false, transport: new WebSocketTransport({ server: http }) });
server.define("counter", CounterRoom);
await server.listen(0, "127.0.0.1");
serve((http.address() as AddressInfo).port);
