import fc from "fast-check";
import { expect, it } from "vitest";
import { copyIn } from "../../src/data/copy-in.ts";
import { CHUNK_SIZE, ListNode, nextLineage } from "../../src/data/list-node.ts";
import type { Node } from "../../src/data/node.ts";
import { apply } from "../../src/delta/apply.ts";
import { diff } from "../../src/delta/diff.ts";
import { decodeFrozen, decodePatch } from "../../src/wire/decode.ts";
import { encodeNode, encodePatch } from "../../src/wire/encode-node.ts";
import { shown } from "./plain-values.ts";

const overTheWire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** What a list may be told; numbers are taken as far as they fit. */
type Edit =
  | { do: "push" | "unshift"; items: readonly unknown[] }
  | { do: "pop" | "shift"; count: number }
  | { do: "set"; at: number; item: unknown }
  | { do: "swap"; at: number; with: number }
  | { do: "splice"; at: number; count: number; items: readonly unknown[] }
  | { do: "reverse" | "sort" | "anew" };

const item = fc.oneof(
  fc.integer({ min: -2, max: 3 }),
  fc.constantFrom(-0, NaN, undefined, null),
  fc.string({ maxLength: 30 }),
  fc.record({ id: fc.nat(50), done: fc.boolean() }),
  fc.record({ tags: fc.array(fc.record({ name: fc.constantFrom("a", "b") }), { maxLength: 2 }) }),
);
const some = fc.array(item, { maxLength: 4 });
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ do: fc.constantFrom("push" as const, "unshift" as const), items: some }),
  fc.record({ do: fc.constantFrom("pop" as const, "shift" as const), count: fc.nat(3) }),
  fc.record({ do: fc.constant("set" as const), at: fc.nat(), item }),
  fc.record({ do: fc.constant("swap" as const), at: fc.nat(), with: fc.nat() }),
  fc.record({ do: fc.constant("splice" as const), at: fc.nat(), count: fc.nat(3), items: some }),
  fc.record({ do: fc.constantFrom("reverse" as const, "sort" as const, "anew" as const) }),
);

/**
 * The list after an edit: of the same lineage, in chunks shared with `before`, where items only come, go or are written
 * in their places.
 */
function edited(before: ListNode, change: Edit): ListNode {
  const items = before.toArray();
  const nodes = (values: readonly unknown[]): Node[] => values.map((value) => copyIn(value, "item"));
  const place = (at: number): number => (items.length === 0 ? 0 : at % items.length);
  let { start } = before;
  switch (change.do) {
    case "push":
      items.push(...nodes(change.items));
      break;
    case "unshift":
      items.unshift(...nodes(change.items));
      start -= change.items.length;
      break;
    case "pop":
      items.splice(Math.max(0, items.length - change.count));
      break;
    case "shift":
      start += items.splice(0, change.count).length;
      break;
    case "set":
      if (items.length > 0) items[place(change.at)] = copyIn(change.item, "item");
      break;
    case "swap": {
      if (items.length === 0) break;
      const [one, other] = [place(change.at), place(change.with)];
      [items[one], items[other]] = [items[other], items[one]];
      break;
    }
    case "splice":
      items.splice(place(change.at), change.count, ...nodes(change.items));
      return ListNode.of(items);
    case "reverse":
      return ListNode.of(items.toReversed());
    case "sort":
      return ListNode.of(items.toSorted((a, b) => shown(a).localeCompare(shown(b))));
    case "anew":
      return copyIn(decodeFrozen(overTheWire(encodeNode(before))), "anew") as ListNode;
  }
  return chunked(items, start, before);
}

function chunked(items: readonly Node[], start: number, before: ListNode): ListNode {
  const firstChunk = Math.floor(start / CHUNK_SIZE);
  const chunks: (readonly Node[])[] = [];
  for (let chunk = firstChunk; chunk * CHUNK_SIZE < start + items.length; chunk += 1) {
    const first = chunk * CHUNK_SIZE;
    const unused = Math.max(0, start - first);
    const own = [
      ...new Array<undefined>(unused).fill(undefined),
      ...items.slice(first + unused - start, first + CHUNK_SIZE - start),
    ];
    const old = before.chunks[chunk - before.firstChunk];
    const isShared = old?.length === own.length && own.every((node, at) => at < unused || Object.is(node, old[at]));
    chunks.push(isShared ? old : own);
  }
  return new ListNode(start, items.length, firstChunk, chunks, before.lineage);
}

it("2.4.2 any two versions of a list differ by a patch that makes one of the other", () => {
  // Lists around the length of a chunk, at positions on either side of one's edge.
  const beginning = fc.record({ count: fc.constantFrom(0, 3, 250, 258), start: fc.constantFrom(0, -3, 254, -257) });
  fc.assert(
    fc.property(
      beginning,
      fc.array(fc.array(edit, { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      ({ count, start }, commits) => {
        const items = Array.from({ length: count }, (_, at) => copyIn(at % 5 === 0 ? { id: at } : at % 7, "item"));
        const versions = [chunked(items, start, new ListNode(0, 0, 0, [], nextLineage()))];
        for (const edits of commits) versions.push(edits.reduce(edited, versions.at(-1)!));
        for (const before of versions) {
          const page = decodeFrozen(overTheWire(encodeNode(before))) as unknown[];
          for (const after of versions) {
            const patch = diff(before, after);
            const next = patch === undefined ? page : apply(page, decodePatch(overTheWire(encodePatch(patch))));
            const wanted = decodeFrozen(overTheWire(encodeNode(after)));
            if (shown(next) !== shown(wanted)) expect(next).toEqual(wanted);
            expect(shown(next)).toBe(shown(wanted));
            expectKept(before.toArray(), page, after.toArray(), next as unknown[]);
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

/** Every object that both versions have, and nothing equal beside it, is one object in the page too. */
function expectKept(before: Node[], page: unknown[], after: Node[], next: unknown[]): void {
  const counts = new Map<string, number>();
  for (const value of [...page, ...next]) counts.set(shown(value), (counts.get(shown(value)) ?? 0) + 1);
  const old = new Map(before.map((node, at) => [node, page[at]]));
  for (const [at, node] of after.entries()) {
    const isTold = typeof node === "object" && node !== null && counts.get(shown(next[at])) === 2;
    if (isTold && old.has(node)) expect(next[at]).toBe(old.get(node));
  }
}
