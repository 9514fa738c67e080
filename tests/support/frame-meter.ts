/** Counts what passes in one direction of a connection: bytes, and WebSocket frames after the HTTP head. */
export class FrameMeter {
  /** Frames that have passed in whole. */
  frames = 0;
  /** Bytes that have passed. */
  bytes = 0;
  /** How many bytes had passed at the end of the HTTP head, and then of each frame. */
  readonly ends: number[] = [];
  #head = "";
  #isHead = true;
  /** Of a frame that has not passed in whole: the bytes of its header, and how many are still to come of the rest. */
  #header: number[] = [];
  #left = 0;

  /** Bytes pass. */
  pass(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#left > 0) {
        const part = Math.min(this.#left, chunk.length - at);
        this.#left -= part;
        at += part;
        this.bytes += part;
        if (this.#left === 0) this.#end();
        continue;
      }
      const byte = chunk[at]!;
      at += 1;
      this.bytes += 1;
      if (this.#isHead) this.#passHead(byte);
      else this.#passHeader(byte);
    }
  }

  /** How many of the next bytes may pass until `frames` frames have; all of them where there are fewer. */
  until(frames: number, chunk: Buffer): number {
    const ahead = this.#copy();
    for (let at = 0; at < chunk.length; at += 1) {
      if (ahead.frames >= frames && !ahead.#isHead) return at;
      ahead.pass(chunk.subarray(at, at + 1));
    }
    return chunk.length;
  }

  #copy(): FrameMeter {
    const copy = new FrameMeter();
    copy.frames = this.frames;
    copy.#head = this.#head;
    copy.#isHead = this.#isHead;
    copy.#header = [...this.#header];
    copy.#left = this.#left;
    return copy;
  }

  #passHead(byte: number): void {
    this.#head = (this.#head + String.fromCodePoint(byte)).slice(-4);
    if (this.#head !== "\r\n\r\n") return;
    this.#isHead = false;
    this.ends.push(this.bytes);
  }

  #passHeader(byte: number): void {
    this.#header.push(byte);
    const [, second = 0] = this.#header;
    const short = second & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const maskBytes = (second & 0x80) === 0 ? 0 : 4;
    if (this.#header.length < 2 + lengthBytes + maskBytes) return;
    const long = this.#header.slice(2, 2 + lengthBytes).reduce((length, part) => length * 256 + part, 0);
    this.#header = [];
    this.#left = lengthBytes === 0 ? short : long;
    if (this.#left === 0) this.#end();
  }

  #end(): void {
    this.frames += 1;
    this.ends.push(this.bytes);
  }
}
