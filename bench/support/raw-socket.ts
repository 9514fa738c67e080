import { connect, type Socket } from "node:net";

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/**
 * A WebSocket of the least code, so that the driver is not what a bench measures: frames are masked with zeros (which leaves them as they are), and
 * what arrives is handed on as bytes. Whole messages only; no compression.
 */
export class RawSocket {
  /** Gets each message. The bytes are only good for now. */
  onMessage: (payload: Buffer, socket: RawSocket) => void = () => {};
  onClose: (code: number) => void = () => {};
  /** Bytes of all messages so far, with their frames. */
  received = 0;
  readonly #socket: Socket;
  #rest: Buffer | undefined;
  #isOpen = false;
  #parts: Buffer[] = [];
  #partsLength = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Opens one; `onMessage` is there from the first message on. */
  static open(port: number, path: string, onMessage: RawSocket["onMessage"] = () => {}): Promise<RawSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      const raw = new RawSocket(socket);
      raw.onMessage = onMessage;
      socket.once("error", reject);
      socket.on("data", (chunk) => raw.#data(chunk, () => resolve(raw), reject));
      socket.on("close", () => raw.onClose(1006));
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      );
    });
  }

  sendText(text: string): void {
    this.#socket.write(frame(TEXT, Buffer.from(text)));
  }

  /** A frame that `frame` has made, as often as one likes. */
  sendFrame(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  sendBinary(payload: Uint8Array): void {
    this.#socket.write(frame(BINARY, Buffer.from(payload)));
  }

  /** Says goodbye, and ends without waiting for an answer. */
  close(code = 1000): void {
    this.onClose = () => {};
    this.#socket.end(frame(CLOSE, Buffer.from([code >> 8, code & 255])));
    this.#socket.unref();
  }

  #data(chunk: Buffer, opened: () => void, failed: (error: Error) => void): void {
    let data = chunk;
    if (!this.#isOpen) {
      data = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
      const end = data.indexOf("\r\n\r\n");
      this.#rest = data;
      if (end < 0) return;
      this.#rest = undefined;
      const status = data.toString("latin1", 9, 12);
      if (status !== "101") return failed(new Error(`The server answered ${data.toString("latin1", 0, end)}`));
      this.#isOpen = true;
      opened();
      data = data.subarray(end + 4);
    }
    this.#frames(data);
  }

  #frames(chunk: Buffer): void {
    let data = chunk;
    if (this.#rest !== undefined) {
      // A large message comes in many chunks: put together once, when all are there.
      this.#parts.push(chunk);
      this.#partsLength += chunk.length;
      if (this.#partsLength < frameLength(this.#rest)) return;
      data = Buffer.concat(this.#parts);
      this.#rest = undefined;
      this.#parts = [];
      this.#partsLength = 0;
    }
    let at = 0;
    while (at < data.length) {
      const left = data.subarray(at);
      const length = frameLength(left);
      if (left.length < length) {
        this.#rest = Buffer.from(left);
        this.#parts = [this.#rest];
        this.#partsLength = left.length;
        return;
      }
      at += length;
      this.received += length;
      const payload = left.subarray(headerLength(left), length);
      const kind = left[0]! & 15;
      if (kind === PING) this.#socket.write(frame(PONG, payload));
      else if (kind === CLOSE) this.onClose(payload.length >= 2 ? payload.readUInt16BE(0) : 1005);
      else this.onMessage(payload, this);
    }
  }
}

function headerLength(data: Buffer): number {
  const length = data[1]! & 127;
  return length === 126 ? 4 : length === 127 ? 10 : 2;
}

/** The length of the first frame, or infinity where that can't be known yet. */
function frameLength(data: Buffer): number {
  if (data.length < 2) return 3;
  const header = headerLength(data);
  if (data.length < header) return header + 1;
  const length = header === 2 ? data[1]! & 127 : header === 4 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
  return header + length;
}

/** A text message as it goes over the line. */
export function textFrame(text: string): Buffer {
  return frame(TEXT, Buffer.from(text));
}

/** A binary message as it goes over the line. */
export function binaryFrame(payload: Uint8Array): Buffer {
  return frame(BINARY, Buffer.from(payload));
}

function frame(kind: number, payload: Buffer): Buffer {
  const { length } = payload;
  const header = length < 126 ? 6 : length < 65_536 ? 8 : 14;
  const bytes = Buffer.alloc(header + length);
  bytes[0] = 128 | kind;
  if (header === 6) bytes[1] = 128 | length;
  else if (header === 8) {
    bytes[1] = 128 | 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 128 | 127;
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  payload.copy(bytes, header);
  return bytes;
}
