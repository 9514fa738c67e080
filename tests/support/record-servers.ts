import { ServerResponse } from "node:http";
import { Socket } from "node:net";
import { recordOutbound } from "./canary.ts";
import { recordCalls } from "./record-logs.ts";
import { spyOnMethod, textOf } from "./spy-on-method.ts";

/** Has the canary looked for in everything that servers of this process send: frames, HTTP responses. */
export function recordServers(): void {
  recordCalls("response", ServerResponse.prototype, ["write", "end"]);
  spyOnMethod(Socket.prototype, "write", (_, [data]) => {
    // What a client sends is its own affair; only its frames are masked.
    if (data instanceof Uint8Array && data[0] === WHOLE_TEXT && data[1]! < MASKED)
      recordOutbound("frame", textOf(data));
  });
}

/** The first byte of a frame with a whole text message, and the bit in the second of a masked one. */
const WHOLE_TEXT = 0x81;
const MASKED = 0x80;
