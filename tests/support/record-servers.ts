import { ServerResponse } from "node:http";
import { WebSocket } from "ws";
import { recordOutbound } from "./canary.ts";
import { recordCalls } from "./record-logs.ts";
import { spyOnMethod, textOf } from "./spy-on-method.ts";

/** Has the canary looked for in everything that servers of this process send: frames of `ws`, HTTP responses. */
export function recordServers(): void {
  recordCalls("response", ServerResponse.prototype, ["write", "end"]);
  spyOnMethod(WebSocket.prototype, "send", (socket, [data]) => {
    // What a client sends is its own affair; `ws` tells the two ends apart by this field only.
    if ((socket as { _isServer?: boolean })._isServer === true) recordOutbound("frame", textOf(data));
  });
}
