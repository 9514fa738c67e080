import { expect, test } from "vitest";
import { textFrame } from "../../../src/server/text-frame.ts";

/** Reads a frame as RFC 6455, 5.2 says it. */
function read(frame: Buffer): string {
  expect(frame[0]).toBe(0x81);
  const short = frame[1]!;
  const header = short < 126 ? 2 : short === 126 ? 4 : 10;
  const length = header === 2 ? short : header === 4 ? frame.readUInt16BE(2) : Number(frame.readBigUInt64BE(2));
  // The shortest form of the length must be used.
  expect(length).toBeGreaterThanOrEqual(header === 2 ? 0 : header === 4 ? 126 : 65_536);
  expect(frame.length).toBe(header + length);
  return frame.toString("utf8", header);
}

const LENGTHS = [0, 1, 41, 42, 43, 62, 63, 125, 126, 127, 1_299, 1_300, 1_301, 21_845, 65_535, 65_536, 100_000];

test.each(["a", "é", "語", "🙂"])("a text of any length of %s comes out as it went in", (unit) => {
  for (const length of LENGTHS) {
    const text = unit.repeat(length);
    expect(read(textFrame(text)) === text, `${length} x ${unit}`).toBe(true);
  }
});
