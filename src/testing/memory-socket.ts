import type { ClientSocket } from "../client/client.ts";
import type { App, Peer, PeerSocket } from "../server/index.ts";

/** What happens to messages on their way; a test may look at them. */
export interface MemoryLine {
  readonly app: App;
  readonly headers: Readonly<Record<string, string>>;
  readonly clientIp: string;
  /** False: no connection can be made. */
  isUp: boolean;
  /** The open socket, if there is one. */
  socket: MemorySocket | undefined;
  /** Every frame, in order. */
  readonly frames: { readonly direction: "sent" | "received"; readonly text: string }[];
  /** Counts what has happened, so that a test can tell when nothing more does. */
  activity: number;
}

/** A page's socket to an app of the same process. Messages arrive in a later microtask, in order, as text. */
export class MemorySocket implements ClientSocket {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly #line: MemoryLine;
  #peer: Peer | undefined;
  #isClosed = false;

  constructor(line: MemoryLine) {
    this.#line = line;
    this.#later(() => {
      if (this.#isClosed) return;
      if (!line.isUp) return this.#end(1006);
      line.socket = this;
      this.#peer = line.app.accept(this.#serverEnd(), { headers: line.headers, clientIp: line.clientIp });
      this.onopen?.({} as never);
    });
  }

  get isOpen(): boolean {
    return this.#peer !== undefined && !this.#isClosed;
  }

  send(text: string): void {
    if (!this.isOpen) return;
    this.#line.frames.push({ direction: "sent", text });
    this.#later(() => {
      if (!this.#isClosed) this.#peer?.receive(text);
    });
  }

  close(code = 1005): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#line.socket === this) this.#line.socket = undefined;
    this.#later(() => {
      this.#peer?.closed(code);
      this.onclose?.({ code, reason: "" } as never);
    });
  }

  /** The line breaks: both ends see it end without a word. */
  cut(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#line.socket === this) this.#line.socket = undefined;
    this.#later(() => {
      this.#peer?.closed(1006);
      this.onclose?.({ code: 1006, reason: "" } as never);
    });
  }

  #serverEnd(): PeerSocket {
    return {
      bufferedBytes: 0,
      send: (text, sent) => {
        if (this.#isClosed) return;
        this.#line.frames.push({ direction: "received", text });
        this.#later(() => {
          sent();
          if (!this.#isClosed) this.onmessage?.({ data: text } as never);
        });
      },
      close: (code) => this.#later(() => this.#end(code)),
      isAlive: () => Promise.resolve(this.isOpen),
    };
  }

  #end(code: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#line.socket === this) this.#line.socket = undefined;
    this.#peer?.closed(code);
    this.onclose?.({ code, reason: "" } as never);
  }

  #later(callback: () => void): void {
    this.#line.activity += 1;
    queueMicrotask(() => {
      this.#line.activity += 1;
      callback();
    });
  }
}
