import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A TCP line on loopback between a browser and a server, for a test to break. */
export class Line implements AsyncDisposable {
  /** What the browser opens. */
  readonly url: string;
  /** The server at the other end; may be replaced. */
  target: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  #isStalled = false;

  private constructor(server: Server, target: string) {
    this.#server = server;
    this.target = target;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("connection", (near: Socket) => this.#join(near));
  }

  static async to(target: string): Promise<Line> {
    const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Line(server, target);
  }

  /** Resets what is open, and whatever comes until `mend()`. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** What is open stays open, and nothing gets through any more, a goodbye neither; new connections hang. Until `mend()`, after which they do not come to life again. */
  stall(): void {
    this.#isStalled = true;
    for (const socket of this.#sockets) socket.pause();
  }

  mend(): void {
    if (this.#isStalled) for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#isCut = this.#isStalled = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.cut();
    await closed;
  }

  #join(near: Socket): void {
    const { hostname, port } = new URL(this.target);
    const far = this.#isCut || this.#isStalled ? undefined : connect(Number(port), hostname);
    for (const socket of far === undefined ? [near] : [near, far]) {
      this.#sockets.add(socket);
      socket.on("error", () => {}); // its "close" follows
      socket.on("close", () => {
        this.#sockets.delete(socket);
        // Whole ends are passed on by pipe(); what broke is broken for both.
        (socket === near ? far : near)?.destroy();
      });
    }
    if (this.#isCut) near.resetAndDestroy();
    if (far === undefined) return;
    near.pipe(far);
    far.pipe(near);
  }
}
