import fc from "fast-check";
import { expect, it } from "vitest";
import { copyIn } from "../../src/data/copy-in.ts";
import type { Node } from "../../src/data/node.ts";
import { toPlain } from "../../src/data/to-plain.ts";
import { apply } from "../../src/delta/apply.ts";
import { diff } from "../../src/delta/diff.ts";
import type { Encoded } from "../../src/wire/codec.ts";
import { decodeFrozen, decodeMutable, decodePatch } from "../../src/wire/decode.ts";
import { encodeNode, encodePatch } from "../../src/wire/encode-node.ts";
import { encodePlain } from "../../src/wire/encode.ts";
import { ProtocolError } from "../../src/base/errors.ts";
import { plainValue, shown } from "./plain-values.ts";

const overTheWire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** A node as the page would hold it. */
const inPage = (node: Node): unknown => decodeFrozen(overTheWire(encodeNode(node)));

/** What the page has after an update from `before` to `after`. */
function update(page: unknown, before: Node, after: Node): unknown {
  const patch = diff(before, after);
  return patch === undefined ? page : apply(page, decodePatch(overTheWire(encodePatch(patch))));
}

it("2.4.2 for any two values apply(a, diff(a, b)) equals b", () => {
  fc.assert(
    fc.property(plainValue(), plainValue(), (a, b) => {
      const [before, after] = [copyIn(a, "a"), copyIn(b, "b")];
      expect(shown(update(inPage(before), before, after))).toBe(shown(b));
    }),
    { numRuns: 3_000 },
  );
});

/** A variation of a value: some of it kept as it is, some replaced, as edits would. */
const edited = fc
  .tuple(plainValue(4), fc.infiniteStream(fc.nat(9)), fc.infiniteStream(plainValue(1)))
  .map(([value, choices, fresh]) => {
    const edit = (node: Node): Node => {
      const choice = choices.next().value as number;
      if (choice === 0) return copyIn(fresh.next().value, "fresh");
      const plain = toPlain(node);
      if (typeof plain !== "object" || plain === null || choice < 5) return node;
      // Parts that are left alone keep their nodes: copying in resolves them.
      const parts = new Map<object, Node>();
      const keep = (part: Node): unknown => {
        if (typeof part !== "object" || part === null) return part;
        const stand = {};
        parts.set(stand, part);
        return stand;
      };
      const source = node as unknown;
      const rebuilt: unknown = Array.isArray(plain)
        ? (source as Iterable<Node>)[Symbol.iterator] === undefined
          ? plain
          : [...(source as Iterable<Node>)].map((item) => keep(edit(item))).filter((_, at) => (choice + at) % 7 !== 0)
        : plain instanceof Map
          ? new Map(
              [...(source as { entries(): Iterable<[Node, Node]> }).entries()].map(([key, entry]) => [
                keep(key),
                keep(edit(entry)),
              ]),
            )
          : plain instanceof Set || plain instanceof Date
            ? plain
            : Object.fromEntries(
                Object.keys(plain).map((key) => [key, keep(edit((source as Record<string, Node>)[key]))]),
              );
      return copyIn(rebuilt, "edited", (object) => parts.get(object));
    };
    const before = copyIn(value, "value");
    return [before, edit(before)] as const;
  });

it("2.4.2 the same for values of which one is an edit of the other", () => {
  fc.assert(
    fc.property(edited, ([before, after]) => {
      expect(shown(update(inPage(before), before, after))).toBe(shown(toPlain(after)));
    }),
    { numRuns: 3_000 },
  );
});

it("2.5.3 parts that did not change keep their identity, moved and kept rows included", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.record({ id: fc.nat(), tags: fc.array(fc.string(), { maxLength: 3 }) }), {
        selector: (row) => row.id,
        maxLength: 30,
      }),
      fc.infiniteStream(fc.nat()),
      (rows, random) => {
        const before = copyIn(rows, "rows");
        const nodes = [...(before as unknown as Iterable<Node>)];
        const page = inPage(before) as { id: number }[];
        // Any order, any of them gone, some new.
        const chosen = nodes.filter(() => random.next().value % 4 !== 0).toSorted(() => (random.next().value % 3) - 1);
        const stands = chosen.map((node) => ({ node }));
        const after = copyIn([...stands, { id: -1, tags: [] }], "rows", (object) => (object as { node?: Node }).node);
        const next = update(page, before, after) as { id: number }[];
        expect(next.map(({ id }) => id)).toEqual([...chosen.map((node) => (node as unknown as { id: number }).id), -1]);
        const byId = new Map(page.map((row) => [row.id, row]));
        const patch = diff(before, after);
        if (patch !== undefined && patch[0] !== 0)
          for (const row of next.slice(0, -1)) expect(row).toBe(byId.get(row.id));
      },
    ),
    { numRuns: 500 },
  );
});

it("2.1.4 values survive copying in and out, and the wire in both directions", () => {
  fc.assert(
    fc.property(plainValue(), (value) => {
      const node = copyIn(value, "value");
      expect(shown(toPlain(node))).toBe(shown(value));
      expect(shown(inPage(node))).toBe(shown(value));
      expect(shown(decodeMutable(overTheWire(encodePlain(value, 64)), { maxDepth: 64 }))).toBe(shown(value));
    }),
    { numRuns: 2_000 },
  );
});

it("2.4.5 decoding what a page sent never throws anything but a ProtocolError", () => {
  const hostile = fc.oneof(
    fc.jsonValue(),
    fc.tuple(fc.constantFrom("u", "n", "b", "d", "m", "s", "o", "x"), fc.jsonValue()).map((tag) => ({ $: tag })),
    fc.jsonValue().map((value) => ({ $: value })),
  );
  fc.assert(
    fc.property(hostile, (value) => {
      try {
        decodeMutable(value as Encoded, { maxDepth: 10 });
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }),
    { numRuns: 5_000 },
  );
});
