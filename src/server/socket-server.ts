import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import type { ErrorCode } from "../base/errors.ts";
import type { AppOptions } from "./app-options.ts";
import type { Logger } from "./logger.ts";
import { isOriginAllowed } from "./origin.ts";
import type { PeerRequest, PeerSocket } from "./peer.ts";
import type { Peer } from "./peer-hub.ts";
import { textFrame } from "./text-frame.ts";

/** How long closed sockets may take to say goodbye before they are cut, in ms. */
const GOODBYE_MS = 1_000;

/** The WebSocket door: upgrades requests for the app's path, on any number of servers. */
export class SocketServer {
  readonly #path: string;
  readonly #options: AppOptions;
  readonly #logger: Logger;
  readonly #accept: (socket: PeerSocket, request: PeerRequest) => Peer;
  readonly #sockets: WebSocketServer;
  readonly #servers = new Set<Server>();
  /** How many connections are open from each address. */
  readonly #addresses = new Map<string, number>();

  constructor(
    path: string,
    options: AppOptions,
    logger: Logger,
    accept: (socket: PeerSocket, request: PeerRequest) => Peer,
  ) {
    this.#path = path;
    this.#options = options;
    this.#logger = logger;
    this.#accept = accept;
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: options.maxMessageBytes ?? 1024 * 1024,
      clientTracking: true,
      // WsPeerSocket writes its own frames.
      perMessageDeflate: false,
    });
  }

  attach(server: Server): void {
    if (this.#servers.has(server)) return;
    this.#servers.add(server);
    server.on("upgrade", this.#onUpgrade);
  }

  /** Takes in no more. */
  detach(): void {
    for (const server of this.#servers) server.off("upgrade", this.#onUpgrade);
    this.#servers.clear();
  }

  /** Settles when all sockets have closed; those that don't are cut. */
  async close(): Promise<void> {
    const open = [...this.#sockets.clients];
    const closed = open.map(
      (socket) =>
        new Promise<void>((resolve) =>
          socket.readyState === WebSocket.CLOSED ? resolve() : socket.once("close", () => resolve()),
        ),
    );
    const timer = setTimeout(() => {
      for (const socket of open) socket.terminate();
    }, GOODBYE_MS);
    await Promise.all(closed);
    clearTimeout(timer);
    this.#sockets.close();
  }

  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const url = request.url ?? "";
    const end = url.indexOf("?");
    // Others may listen on the same server: what is not ours is left alone.
    if ((end < 0 ? url : url.slice(0, end)) !== this.#path) return;
    if (!isOriginAllowed(request, this.#options.allowedOrigins ?? [])) {
      this.#logger.warn(
        { origin: request.headers.origin, host: request.headers.host },
        "A connection was refused: its page is of another origin. List it in allowedOrigins if it is yours.",
      );
      refuse(socket, "403 Forbidden", "ORIGIN_REFUSED");
      return;
    }
    const clientIp = this.#options.clientIp?.(request) ?? request.socket.remoteAddress ?? "";
    const max = this.#options.maxConnectionsPerAddress ?? 1_000;
    if ((this.#addresses.get(clientIp) ?? 0) >= max) {
      this.#logger.warn(
        { clientIp, max },
        "A connection was refused: its address has too many. Behind a proxy, say in clientIp where the page's own address is.",
      );
      refuse(socket, "429 Too Many Requests", "TOO_MANY_CONNECTIONS", "Retry-After: 30\r\n");
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) =>
      this.#connected(webSocket, socket, request, clientIp),
    );
  };

  #connected(webSocket: WebSocket, stream: Duplex, request: IncomingMessage, clientIp: string): void {
    this.#addresses.set(clientIp, (this.#addresses.get(clientIp) ?? 0) + 1);
    const peer = this.#accept(new WsPeerSocket(webSocket, stream), {
      headers: plainHeaders(request),
      clientIp,
      url: request.url ?? this.#path,
    });
    webSocket.on("message", (data: Buffer, isBinary: boolean) => peer.receive(isBinary ? data : data.toString("utf8")));
    webSocket.on("close", (code) => {
      const left = this.#addresses.get(clientIp)! - 1;
      if (left > 0) this.#addresses.set(clientIp, left);
      else this.#addresses.delete(clientIp);
      peer.closed(code);
    });
    // What is wrong with a frame closes the socket; the close event follows.
    webSocket.on("error", (error) => this.#logger.debug({ err: error }, "A socket failed"));
  }
}

/**
 * One page's socket. What it sends goes to the stream as a whole frame in one buffer: `ws` would write header and text one by one, and convert the text
 * first. Both write whole frames at once, so that none comes into another.
 */
class WsPeerSocket implements PeerSocket {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;

  constructor(socket: WebSocket, stream: Duplex) {
    this.#socket = socket;
    this.#stream = stream;
  }

  get bufferedBytes(): number {
    return this.#stream.writableLength;
  }

  send(text: string, sent: () => void): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#stream.write(textFrame(text), sent);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  isAlive(withinMs: number): Promise<boolean> {
    const socket = this.#socket;
    if (socket.readyState !== WebSocket.OPEN) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (isAlive: boolean): void => {
        clearTimeout(timer);
        socket.off("pong", onPong);
        socket.off("close", onClose);
        resolve(isAlive);
      };
      const onPong = (): void => settle(true);
      const onClose = (): void => settle(false);
      const timer = setTimeout(() => settle(false), withinMs);
      socket.on("pong", onPong);
      socket.on("close", onClose);
      socket.ping();
    });
  }
}

/** Answers a request to upgrade with an error, whose code is the body. */
function refuse(socket: Duplex, status: string, code: ErrorCode, headers = ""): void {
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\n${headers}Connection: close\r\n\r\n${code}`);
}

function plainHeaders(request: IncomingMessage): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return Object.freeze(headers);
}
