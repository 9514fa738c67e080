import { once } from "node:events";
import { WebSocket } from "ws";
import type { ServerMessage, UpdateMessage, WelcomeMessage } from "../../../src/wire/messages.ts";

/** A page that speaks the protocol by hand over a real socket. */
export class RawPage {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[] = [];
  #closed: Promise<number>;
  #waiting: (() => void)[] = [];

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer) => {
      this.messages.push(JSON.parse(data.toString()) as ServerMessage);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    this.#closed = new Promise((resolve) => {
      socket.once("close", (code) => {
        resolve(code);
        for (const wake of this.#waiting.splice(0)) wake();
      });
    });
  }

  static async open(url: string, options: { path?: string; headers?: Record<string, string> } = {}): Promise<RawPage> {
    const socket = new WebSocket(`${url.replace("http", "ws")}${options.path ?? "/_meanwhile"}`, {
      headers: options.headers,
    });
    const page = new RawPage(socket);
    await once(socket, "open");
    return page;
  }

  /** Opens, says hello and waits for the welcome. */
  static async hello(
    url: string,
    options: {
      token?: string;
      document?: string;
      states?: string[];
      path?: string;
      headers?: Record<string, string>;
    } = {},
  ): Promise<RawPage> {
    const page = await RawPage.open(url, options);
    page.send({
      type: "hello",
      protocol: 1,
      document: options.document ?? `document-${Math.random()}`,
      ...(options.token === undefined ? {} : { token: options.token }),
      page: { path: "/", query: "" },
      states: options.states ?? [],
    });
    await page.next((message) => message.type === "welcome");
    return page;
  }

  get welcome(): WelcomeMessage {
    return this.messages.find((message) => message.type === "welcome")!;
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
