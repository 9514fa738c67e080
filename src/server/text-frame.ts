/** The first byte of a whole text message: final, opcode 1. */
const WHOLE_TEXT = 0x81;

/** In place of a length: it follows, in 16 or 64 bits. */
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** Texts up to so many UTF-16 units, which take three bytes at the most, are written without asking for their length first: into Node's pool of small buffers. */
const SHORT = 1_300;

/** A server's text message as it goes over the line: in one frame, unmasked and uncompressed, in one buffer (RFC 6455, 5.2). */
export function textFrame(text: string): Buffer {
  const short = text.length <= SHORT ? shortFrame(text) : undefined;
  return short ?? longFrame(text);
}

/** Nothing where the text has more bytes than its header can say. */
function shortFrame(text: string): Buffer | undefined {
  const header = text.length < LENGTH_16 ? 2 : 4;
  const frame = Buffer.allocUnsafe(header + text.length * 3);
  const length = frame.write(text, header);
  frame[0] = WHOLE_TEXT;
  if (header === 4) {
    frame[1] = LENGTH_16;
    frame[2] = length >> 8;
    frame[3] = length & 0xff;
  } else if (length < LENGTH_16) frame[1] = length;
  else return undefined;
  return frame.subarray(0, header + length);
}

function longFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = length > 0xffff ? 10 : 4;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = WHOLE_TEXT;
  if (header === 4) {
    frame[1] = LENGTH_16;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = LENGTH_64;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header);
  return frame;
}
