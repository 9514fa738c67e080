import { PROTOCOL_VERSION } from "../../src/wire/messages.ts";
import { RawSocket } from "./raw-socket.ts";

/** An update as far as benches look into it. */
export interface RawUpdate {
  readonly version: number;
  /** In full an array, else patches by var. */
  readonly states?: Readonly<Record<string, Readonly<Record<string, unknown[]>> | readonly unknown[]>>;
  readonly results?: readonly { readonly id: number; readonly ok: boolean }[];
}

const ACK_EVERY = 16;

/** A page of the least code: speaks the protocol, acknowledges, and hands updates on unread. */
export class RawPage {
  /** Told of each update, after its acknowledgement. */
  onUpdate: (payload: Buffer) => void = () => {};
  token = "";
  updates = 0;
  readonly socket: RawSocket;
  #id = 0;

  private constructor(socket: RawSocket) {
    this.socket = socket;
  }

  /** Connects, and waits for the first values. */
  static async open(port: number, states: readonly string[]): Promise<RawPage> {
    const socket = await RawSocket.open(port, "/_meanwhile");
    const page = new RawPage(socket);
    await new Promise<void>((resolve, reject) => {
      socket.onClose = (code) => reject(new Error(`The server closed the connection: ${code}.`));
      socket.onMessage = (payload) => {
        const message = JSON.parse(payload.toString()) as { type?: string; token?: string };
        if (message.type === "welcome") page.token = message.token ?? "";
        else if (message.type === undefined) resolve();
        else reject(new Error(payload.toString()));
      };
      const hello = {
        type: "hello",
        protocol: PROTOCOL_VERSION,
        document: crypto.randomUUID(),
        states,
        held: [],
        version: 0,
      };
      socket.sendText(JSON.stringify({ ...hello, page: { path: "/", query: "" } }));
    });
    page.updates = 1;
    socket.onMessage = (payload) => page.#message(payload);
    socket.onClose = (code) => {
      // Where the bench has failed, its own error comes first.
      setTimeout(() => {
        throw new Error(`The server closed the connection: ${code}.`);
      }, 1_000);
    };
    return page;
  }

  /** Calls an event without arguments; the answer is an update. Gives the call's id. */
  send(state: string, event: string): number {
    this.#id += 1;
    this.socket.sendText(`{"type":"call","id":${this.#id},"state":"${state}","event":"${event}","args":[]}`);
    return this.#id;
  }

  /** Calls an event, and waits for its result. */
  call(state: string, event: string, args: readonly unknown[] = []): Promise<void> {
    this.#id += 1;
    const id = this.#id;
    const outer = this.onUpdate;
    return new Promise((resolve, reject) => {
      this.onUpdate = (payload) => {
        outer(payload);
        const { results = [] } = JSON.parse(payload.toString()) as RawUpdate;
        const result = results.find((each) => each.id === id);
        if (result === undefined) return;
        this.onUpdate = outer;
        if (result.ok) resolve();
        else reject(new Error(`${state}.${event}: ${payload.toString()}`));
      };
      this.socket.sendText(JSON.stringify({ type: "call", id, state, event, args }));
    });
  }

  /** Leaves on purpose. */
  close(): void {
    this.socket.close(4001);
  }

  #message(payload: Buffer): void {
    if (payload[2] !== UPDATE) return; // a beat
    this.updates += 1;
    if (this.updates % ACK_EVERY === 0) this.socket.sendText(`{"type":"ack","updates":${this.updates}}`);
    this.onUpdate(payload);
  }
}

/** The first letter of the first key, at its place in the text: that of `version`, with which only an update begins. */
const UPDATE = "v".charCodeAt(0);
