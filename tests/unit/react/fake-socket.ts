import { type Client, connect, type ConnectOptions } from "../../../src/client/index.ts";
import {
  type CallMessage,
  type ClientMessage,
  PROTOCOL_VERSION,
  type ServerMessage,
} from "../../../src/wire/messages.ts";
import { serverText } from "../../support/server-text.ts";

/** The server's end of the real client's only connection, spoken by a test. */
export interface FakeServer {
  readonly client: Client;
  /** What the page has said so far on this connection. */
  readonly said: ClientMessage[];
  /** Takes the connection, answers `hello`. */
  welcome(): void;
  say(message: ServerMessage): void;
  /** The page's calls so far. */
  calls(): CallMessage[];
  /** Loses the connection. */
  lose(): void;
}

/** The real client, with nothing but its socket replaced. */
export function fakeServer(options: ConnectOptions = {}): FakeServer {
  let socket: FakeSocket | undefined;
  const said: ClientMessage[] = [];
  class FakeSocket {
    onopen: ((event: never) => void) | null = null;
    onmessage: ((event: never) => void) | null = null;
    onclose: ((event: never) => void) | null = null;
    onerror: ((event: never) => void) | null = null;
    constructor(_url: string) {
      socket = this;
    }
    send(text: string): void {
      said.push(JSON.parse(text) as ClientMessage);
    }
    close(): void {}
  }
  const client = connect({ url: "ws://localhost:1", storage: false, webSocket: FakeSocket, ...options });
  const say = (message: ServerMessage): void => socket?.onmessage?.({ data: serverText(message) } as never);
  return {
    client,
    said,
    say,
    welcome() {
      said.length = 0;
      socket?.onopen?.({} as never);
      say({
        type: "welcome",
        protocol: PROTOCOL_VERSION,
        token: "t".repeat(32),
        sessionId: "s1",
        resumed: false,
        heartbeatMs: 0,
        maxMessageBytes: 1 << 20,
      });
    },
    calls: () => said.filter((message) => message.type === "call"),
    lose: () => socket?.onclose?.({ code: 1006, reason: "" } as never),
  };
}
