import type { ClientSocket } from "../client/client.ts";
import type { App, Peer, PeerSocket } from "../server/index.ts";
import type { ManualClock } from "./manual-clock.ts";

/** Which way a message goes, as the page sees it. */
export type Direction = "sent" | "received";

/** What happens to messages on their way; a test may look at them. */
export interface MemoryLine {
  /** The app at the other end; undefined: there is none just now. */
  readonly app: () => App | undefined;
  readonly clock: ManualClock;
  readonly headers: Readonly<Record<string, string>>;
  readonly clientIp: string;
  /** False: no connection can be made. */
  isUp: boolean;
  /** In these directions everything stays on its way. */
  readonly stalled: Set<Direction>;
  /** The newest socket, if it is open or opening. */
  socket: MemorySocket | undefined;
  /** Every frame, in order. */
  readonly frames: { readonly direction: Direction; readonly text: string }[];
  /** Counts what has happened, so that a test can tell when nothing more does. */
  activity: number;
}

/** A message, a close or a ping on its way. */
interface InFlight {
  readonly bytes: number;
  arrive(): void;
}

/** A page's socket to an app of the same process. Messages arrive in later microtasks, in order, as text, unless the line does something to them. */
export class MemorySocket implements ClientSocket {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly #line: MemoryLine;
  readonly #inFlight: Readonly<Record<Direction, InFlight[]>> = { sent: [], received: [] };
  /** The server's end, while that is open. */
  #peer: Peer | undefined;
  /** What the page knows. */
  #phase: "opening" | "open" | "closed" = "opening";
  /** Nothing comes through any more, and nobody is told. */
  #isDead = false;
  readonly #pings = new Set<(isAlive: boolean) => void>();

  constructor(line: MemoryLine) {
    this.#line = line;
    line.socket = this;
    this.#later(() => {
      if (!line.isUp) return this.#endPage(1006);
      this.#push("sent", 0, () => {
        const app = line.app();
        if (this.#phase === "closed") return;
        if (app === undefined || !line.isUp) return this.#endPage(1006);
        this.#peer = app.accept(this.#serverEnd(), { headers: line.headers, clientIp: line.clientIp });
        this.#push("received", 0, () => {
          if (this.#phase !== "opening") return;
          this.#phase = "open";
          this.onopen?.({} as never);
        });
      });
    });
  }

  send(text: string): void {
    if (this.#phase !== "open") return;
    this.#line.frames.push({ direction: "sent", text });
    this.#push("sent", text.length, () => this.#peer?.receive(text));
  }

  close(code = 1005): void {
    if (this.#phase === "closed") return;
    this.#push("sent", 0, () => this.#endServer(code));
    this.#later(() => this.onclose?.({ code, reason: "" } as never));
    this.#leave();
  }

  /** The line breaks: both ends see it end without a word, and what is on its way is lost. */
  cut(): void {
    this.#isDead = true;
    this.#lose();
    this.#later(() => {
      this.#endServer(1006);
      this.#endPage(1006);
    });
  }

  /** The line dies: what is on its way is lost, and so is all that follows; neither end is told. */
  vanish(): void {
    this.#isDead = true;
    this.#lose();
  }

  /** Lets what is on its way in a direction arrive: all of it, or so many messages. */
  flow(direction: Direction, count = this.#inFlight[direction].length): void {
    for (let left = Math.min(count, this.#inFlight[direction].length); left > 0; left -= 1)
      this.#later(() => this.#arrive(direction));
  }

  #serverEnd(): PeerSocket {
    const { received } = this.#inFlight;
    return {
      get bufferedBytes() {
        return received.reduce((sum, { bytes }) => sum + bytes, 0);
      },
      send: (text, sent) => {
        if (this.#peer === undefined) return;
        this.#line.frames.push({ direction: "received", text });
        this.#push("received", text.length, () => {
          sent();
          if (this.#phase === "open") this.onmessage?.({ data: text } as never);
        });
      },
      close: (code) => {
        this.#push("received", 0, () => this.#endPage(code));
        this.#later(() => this.#endServer(code));
      },
      terminate: () => {
        this.#lose();
        this.#push("received", 0, () => this.#endPage(1006));
        this.#later(() => this.#endServer(1006));
      },
      isAlive: (withinMs) => this.#ping(withinMs),
    };
  }

  /** A ping and its answer take the way of everything else. */
  #ping(withinMs: number): Promise<boolean> {
    if (this.#peer === undefined) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (isAlive: boolean): void => {
        timer.cancel();
        this.#pings.delete(settle);
        resolve(isAlive);
      };
      const timer = this.#line.clock.setTimer(withinMs, () => settle(false), false);
      this.#pings.add(settle);
      this.#push("received", 0, () => {
        if (this.#phase === "open") this.#push("sent", 0, () => settle(true));
      });
    });
  }

  #push(direction: Direction, bytes: number, arrive: () => void): void {
    if (this.#isDead) return;
    this.#inFlight[direction].push({ bytes, arrive });
    if (!this.#line.stalled.has(direction)) this.#later(() => this.#arrive(direction));
  }

  #arrive(direction: Direction): void {
    this.#inFlight[direction].shift()?.arrive();
  }

  #lose(): void {
    this.#inFlight.sent.length = 0;
    this.#inFlight.received.length = 0;
  }

  #endPage(code: number): void {
    if (this.#phase === "closed") return;
    this.#leave();
    this.onclose?.({ code, reason: "" } as never);
  }

  #endServer(code: number): void {
    const peer = this.#peer;
    this.#peer = undefined;
    for (const settle of this.#pings) settle(false);
    peer?.closed(code);
  }

  #leave(): void {
    this.#phase = "closed";
    if (this.#line.socket === this) this.#line.socket = undefined;
  }

  #later(callback: () => void): void {
    this.#line.activity += 1;
    queueMicrotask(() => {
      this.#line.activity += 1;
      callback();
    });
  }
}
