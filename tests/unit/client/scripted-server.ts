import { type Client, type ClientSocket, connect, type ConnectOptions } from "../../../src/client/index.ts";
import { ManualClock } from "../../../src/testing/manual-clock.ts";
import {
  type CallResult,
  type ClientMessage,
  type HelloMessage,
  PROTOCOL_VERSION,
  type ServerMessage,
  type StateUpdate,
  type WelcomeMessage,
} from "../../../src/wire/messages.ts";
import { serverText } from "../../support/server-text.ts";

/** A socket whose other end a test speaks. */
export class ScriptedSocket implements ClientSocket {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  /** What the page has said. */
  readonly said: ClientMessage[] = [];
  /** The code that the page has closed it with. */
  closedWith: number | undefined;

  send(text: string): void {
    this.said.push(JSON.parse(text) as ClientMessage);
  }

  close(code?: number): void {
    this.closedWith = code;
  }

  /** The server takes the connection; the page says hello. */
  open(): void {
    this.onopen?.({} as never);
  }

  say(message: ServerMessage): void {
    this.sayText(serverText(message));
  }

  sayText(text: string): void {
    this.onmessage?.({ data: text } as never);
  }

  /** The connection ends, by the server or by itself. */
  drop(code = 1006): void {
    this.onclose?.({ code, reason: "" } as never);
  }

  get hello(): HelloMessage {
    const [hello] = this.said;
    if (hello?.type !== "hello") throw new Error("The page has not said hello.");
    return hello;
  }

  /** What it has said of one kind. */
  heard<T extends ClientMessage["type"]>(type: T): Extract<ClientMessage, { type: T }>[] {
    return this.said.filter((message) => message.type === type) as Extract<ClientMessage, { type: T }>[];
  }

  /** The ids of the calls it has sent. */
  get callIds(): number[] {
    return this.heard("call").map(({ id }) => id);
  }
}

/** A client whose server is the test, and whose clock stands still. */
export class ScriptedServer implements Disposable {
  readonly clock = new ManualClock();
  readonly client: Client;
  readonly sockets: ScriptedSocket[] = [];
  readonly errors: unknown[] = [];

  constructor(options: ConnectOptions = {}) {
    const { clock, sockets } = this;
    this.client = connect({
      url: "ws://localhost:1",
      storage: false,
      backoff: { random: () => 1 },
      onError: (error) => this.errors.push(error),
      ...options,
      webSocket: class extends ScriptedSocket {
        constructor() {
          super();
          sockets.push(this);
        }
      },
      clock: {
        now: () => clock.wallNow(),
        setTimeout: (callback, ms) => clock.setTimer(ms, callback),
        clearTimeout: (timer) => (timer as { cancel(): void } | undefined)?.cancel(),
      },
    });
  }

  /** The newest one. */
  get socket(): ScriptedSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("The page has opened no socket.");
    return socket;
  }

  /** Answers the newest socket's hello. */
  welcome(changes: Partial<WelcomeMessage> = {}): ScriptedSocket {
    const { socket } = this;
    if (socket.said.length === 0) socket.open();
    socket.say({
      type: "welcome",
      protocol: PROTOCOL_VERSION,
      token: "token-1",
      sessionId: `connection-${this.sockets.length}`,
      resumed: false,
      heartbeatMs: 15_000,
      maxMessageBytes: 1_000_000,
      ...changes,
    });
    return socket;
  }

  /** The connection is lost, and the next one resumes the session. */
  resume(changes: Partial<WelcomeMessage> = {}): ScriptedSocket {
    this.socket.drop();
    this.client.reconnect();
    return this.welcome({ resumed: true, ...changes });
  }

  update(version: number, states: Record<string, StateUpdate>, results: readonly CallResult[] = []): void {
    this.socket.say({ type: "update", version, states, results });
  }

  [Symbol.dispose](): void {
    this.client.close();
  }
}

/** A full update without events. */
export function full(values: Record<string, string | number>): StateUpdate {
  return { full: values, events: ["add"] };
}

/** A patch that replaces vars. */
export function patch(values: Record<string, string | number>): StateUpdate {
  return { patch: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [0, value]])) };
}
