import { apply } from "../../src/delta/apply.ts";
import type { EncodedPatch } from "../../src/wire/codec.ts";
import { decodeFrozen, decodePatch } from "../../src/wire/decode.ts";
import { median } from "./statistics.ts";

/** What the page does when one item is appended to a list of `length`, as the client does it, in µs. */
export function measurePageCost(length: number): number {
  const items = Array.from({ length }, (_, id) => ({ id, title: `Item number ${id}` }));
  let value = decodeFrozen(items);
  const took: number[] = [];
  for (let at = 0; at < 200; at += 1) {
    const text = JSON.stringify([2, [[0, length + at], [[{ id: length + at, title: "A new item" }]]]]);
    const start = performance.now();
    value = apply(value, decodePatch(JSON.parse(text) as EncodedPatch));
    took.push((performance.now() - start) * 1_000);
  }
  return median(took);
}
