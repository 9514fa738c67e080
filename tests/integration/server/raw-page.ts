import { once } from "node:events";
import { WebSocket } from "ws";
import {
  PROTOCOL_VERSION,
  type ServerMessage,
  type UpdateMessage,
  type WelcomeMessage,
} from "../../../src/wire/messages.ts";
import { parseServerMessage } from "../../../src/wire/parse-server-message.ts";

interface OpenOptions {
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

interface Hello {
  readonly token?: string;
  readonly document?: string;
  readonly states?: readonly string[];
  readonly held?: readonly string[];
  readonly version?: number;
}

/** A page that speaks the protocol by hand over a real socket. */
export class RawPage {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[] = [];
  #closed: Promise<number>;
  #waiting: (() => void)[] = [];

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer) => {
      this.messages.push(parseServerMessage(data.toString()));
      for (const wake of this.#waiting.splice(0)) wake();
    });
    this.#closed = new Promise((resolve) => {
      socket.once("close", (code) => {
        resolve(code);
        for (const wake of this.#waiting.splice(0)) wake();
      });
    });
  }

  static async open(url: string, options: OpenOptions = {}): Promise<RawPage> {
    const socket = new WebSocket(`${url.replace("http", "ws")}${options.path ?? "/_meanwhile"}`, {
      headers: options.headers,
    });
    const page = new RawPage(socket);
    await once(socket, "open");
    return page;
  }

  /** Opens, says hello and waits for the welcome. */
  static async hello(url: string, options: Hello & OpenOptions = {}): Promise<RawPage> {
    const page = await RawPage.open(url, options);
    page.hello(options);
    await page.next((message) => message.type === "welcome");
    return page;
  }

  hello({ token, document, states = [], held = [], version = 0 }: Hello = {}): void {
    this.send({
      type: "hello",
      protocol: PROTOCOL_VERSION,
      document: document ?? `document-${Math.random()}`,
      ...(token === undefined ? {} : { token }),
      page: { path: "/", query: "" },
      states,
      held,
      version,
    });
  }

  get welcome(): WelcomeMessage {
    return this.messages.find((message) => message.type === "welcome")!;
  }

  get updates(): UpdateMessage[] {
    return this.messages.filter((message) => message.type === "update");
  }

  get closed(): Promise<number> {
    return this.#closed;
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  call(id: number, state: string, event: string, ...args: unknown[]): void {
    this.send({ type: "call", id, state, event, args });
  }

  /** The first message, of those that came and those that come, that `is` picks. */
  async next(is: (message: ServerMessage) => boolean): Promise<ServerMessage> {
    for (;;) {
      const found = this.messages.find(is);
      if (found !== undefined) return found;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error("The socket closed before the message came.");
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** The result of a call. */
  async result(id: number): Promise<NonNullable<UpdateMessage["results"]>[number]> {
    const message = await this.next(
      (candidate) => candidate.type === "update" && candidate.results?.some((result) => result.id === id) === true,
    );
    return (message as UpdateMessage).results!.find((result) => result.id === id)!;
  }

  async close(code?: number): Promise<void> {
    this.socket.close(code);
    await this.#closed;
  }
}
