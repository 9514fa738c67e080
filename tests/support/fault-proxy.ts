import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { FrameMeter } from "./frame-meter.ts";

/** How a connection ends: `reset` by an RST, `end` by a FIN. */
export type Ending = "reset" | "end";

/** Ends a socket by an RST. (`resetAndDestroy` sends a FIN before it where the socket was writable.) */
function reset(socket: Socket): void {
  if (!socket.connecting) Object.assign(socket, { resetAndClosing: true });
  socket.destroy();
}

/** What one direction of a link does with what it gets, and what it has passed on. */
export class Flow {
  /** Waits so long before each chunk is passed on. */
  delayMs = 0;
  /** Passes on no more than that; 0: no limit. */
  bytesPerSecond = 0;
  readonly meter = new FrameMeter();
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #onCut: (ending: Ending) => void;
  #queue: Buffer[] = [];
  #isStalled = false;
  /** Drops what comes, and passes no end on. */
  #isHole = false;
  /** How the other end has ended, if it has; passed on after what came before. */
  #ending: Ending | undefined;
  #cutAt: { readonly bytes?: number; readonly frames?: number; readonly ending: Ending } | undefined;
  #stallAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wake: (() => void)[] = [];

  constructor(from: Socket, to: Socket, onCut: (ending: Ending) => void) {
    this.#from = from;
    this.#to = to;
    this.#onCut = onCut;
    from.on("data", (chunk: Buffer) => {
      if (this.#isHole) return;
      this.#queue.push(chunk);
      this.#pump();
    });
    from.on("end", () => this.#ended("end"));
    from.on("error", () => this.#ended("reset"));
    from.on("close", () => this.#ended("reset"));
    to.on("drain", () => this.#pump());
  }

  /** Holds back what comes, the connection's end too, until `resume`; the sender soon sees that nothing is taken. */
  stall(): void {
    this.#isStalled = true;
    this.#from.pause();
  }

  resume(): void {
    this.#isStalled = false;
    this.#pump();
  }

  /** Cuts the link once so many bytes of this direction have passed, from the first one on: also in the middle of a frame. */
  cutAfterBytes(bytes: number, ending: Ending = "reset"): void {
    this.#cutAt = { bytes, ending };
    this.#pump();
  }

  /** Cuts the link once so many WebSocket frames of this direction have passed. */
  cutAfterFrames(frames: number, ending: Ending = "reset"): void {
    this.#cutAt = { frames, ending };
    this.#pump();
  }

  /** Stalls once the HTTP head and so many WebSocket frames of this direction have passed. */
  stallAfterFrames(frames: number): void {
    this.#stallAt = frames;
  }

  /** Settles when the direction is stalled and something waits in it. */
  async stalled(): Promise<void> {
    while (!this.#isStalled || this.#queue.length === 0) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  /** From now on what comes is lost, and nobody is told. */
  drop(): void {
    this.#isHole = true;
    this.#queue = [];
    this.#stopTimer();
    this.#from.resume();
  }

  /** The link is gone. */
  stop(): void {
    this.drop();
    for (const wake of this.#wake.splice(0)) wake();
  }

  #ended(ending: Ending): void {
    this.#ending ??= ending;
    this.#pump();
  }

  #pump(): void {
    if (this.#stallAt !== undefined && this.meter.frames >= this.#stallAt && this.meter.ends.length > 0) {
      this.#stallAt = undefined;
      this.#isStalled = true;
    }
    if (this.#isStalled && this.#queue.length > 0) this.#from.pause();
    for (const wake of this.#wake.splice(0)) wake();
    if (this.#isHole || this.#isStalled || this.#timer !== undefined) return;
    if (this.#cutIfDue()) return;
    const chunk = this.#queue.shift();
    if (chunk === undefined) {
      if (this.#ending === "end") this.#to.end();
      else if (this.#ending === "reset") reset(this.#to);
      else this.#from.resume();
      return;
    }
    const share = this.bytesPerSecond > 0 ? Math.max(1, Math.ceil(this.bytesPerSecond / 100)) : chunk.length;
    const waitMs = this.bytesPerSecond > 0 ? this.delayMs + 10 : this.delayMs;
    const part = chunk.subarray(0, this.#allowed(chunk.subarray(0, share)));
    if (part.length < chunk.length) this.#queue.unshift(chunk.subarray(part.length));
    if (waitMs === 0) return this.#pass(part);
    this.#from.pause();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#pass(part);
    }, waitMs);
  }

  #pass(part: Buffer): void {
    this.meter.pass(part);
    const isTaken = this.#to.write(part);
    if (this.#cutIfDue()) return;
    if (isTaken) this.#pump();
    else this.#from.pause();
  }

  /** How many bytes of the next ones may pass. */
  #allowed(chunk: Buffer): number {
    const { bytes, frames } = this.#cutAt ?? {};
    if (bytes !== undefined) return Math.min(chunk.length, bytes - this.meter.bytes);
    const until = frames ?? this.#stallAt;
    return until === undefined ? chunk.length : this.meter.until(until, chunk);
  }

  #cutIfDue(): boolean {
    if (this.#cutAt === undefined) return false;
    const { bytes = Infinity, frames = Infinity, ending } = this.#cutAt;
    const isDue = this.meter.bytes >= bytes || (this.meter.frames >= frames && this.meter.ends.length > 0);
    if (isDue) this.#onCut(ending);
    return isDue;
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** One connection through the proxy: a socket to either side. */
export class FaultLink {
  readonly toServer: Flow;
  readonly toClient: Flow;
  /** Settles when both sockets are closed. */
  readonly closed: Promise<unknown>;
  readonly #sockets: readonly [client: Socket, server: Socket];

  constructor(client: Socket, server: Socket) {
    this.#sockets = [client, server];
    this.toServer = new Flow(client, server, (ending) => this.cut(ending));
    this.toClient = new Flow(server, client, (ending) => this.cut(ending));
    this.closed = Promise.all(
      this.#sockets.map((socket) => new Promise<void>((resolve) => socket.once("close", () => resolve()))),
    );
  }

  /** Ends the connection, for both sides; what is on its way is lost. */
  cut(ending: Ending = "reset"): void {
    this.toServer.stop();
    this.toClient.stop();
    for (const socket of this.#sockets) {
      if (ending === "reset") reset(socket);
      else socket.destroySoon();
    }
  }

  /** Half open: both sides still have a connection, and nothing comes through any more, no end of it either. */
  vanish(): void {
    this.toServer.drop();
    this.toClient.drop();
  }

  destroy(): void {
    this.toServer.stop();
    this.toClient.stop();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** A TCP proxy on loopback between a client and a server, which breaks connections in every way that a network does. */
export class FaultProxy implements AsyncDisposable {
  /** All connections so far, the newest last. */
  readonly links: FaultLink[] = [];
  /** What is done to each new connection, before anything passes. */
  onLink: (link: FaultLink, index: number) => void = () => {};
  readonly #server: Server;
  #wake: (() => void)[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  /** A proxy to a port of this machine. */
  static async to(port: number): Promise<FaultProxy> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    const proxy = new FaultProxy(server);
    server.on("connection", (client) => {
      const upstream = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
      for (const socket of [client, upstream]) socket.setNoDelay(true);
      const link = new FaultLink(client, upstream);
      proxy.links.push(link);
      proxy.onLink(link, proxy.links.length - 1);
      upstream.once("connect", () => client.resume()); // a socket that is not connected yet can't be reset
      for (const wake of proxy.#wake.splice(0)) wake();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The connection of that number, from 0; settles when there is one. */
  async link(index: number): Promise<FaultLink> {
    while (this.links.length <= index) await new Promise<void>((resolve) => this.#wake.push(resolve));
    return this.links[index]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const link of this.links) link.destroy();
    await closed;
  }
}
