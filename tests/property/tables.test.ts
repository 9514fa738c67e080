import fc from "fast-check";
import { expect, it } from "vitest";
import { copyIn } from "../../src/data/copy-in.ts";
import { REMOVED } from "../../src/data/entries.ts";
import { MapNode } from "../../src/data/map-node.ts";
import type { Node } from "../../src/data/node.ts";
import { SetNode } from "../../src/data/set-node.ts";
import { toPlain } from "../../src/data/to-plain.ts";
import { apply } from "../../src/delta/apply.ts";
import { diff } from "../../src/delta/diff.ts";
import { decodeFrozen, decodePatch } from "../../src/wire/decode.ts";
import { encodeNode, encodePatch } from "../../src/wire/encode-node.ts";
import { shown } from "./plain-values.ts";

const overTheWire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** A change of one of the versions there are, which makes another: histories fork, and go back. */
interface Step {
  readonly from: number;
  readonly changes: readonly (readonly [key: Node, value: Node | typeof REMOVED])[];
}

const object = copyIn({ a: "key" }, "key");
const key: fc.Arbitrary<Node> = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 12 }) },
  fc.constantFrom<Node>("a", "b", undefined, null, NaN, 0, -0, 1n, object),
);
const value: fc.Arbitrary<Node | typeof REMOVED> = fc.oneof(
  fc.constant(REMOVED),
  fc.constantFrom<Node>(1, -0, 0, NaN, undefined),
  fc.record({ x: fc.nat(2), y: fc.nat(2) }).map((record) => copyIn(record, "value")),
);
const history: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ from: fc.nat(), changes: fc.array(fc.tuple(key, value), { maxLength: 8 }) }),
  { minLength: 1, maxLength: 12 },
);

function expectUpdate(before: Node, after: Node): void {
  const page = decodeFrozen(overTheWire(encodeNode(before)));
  const patch = diff(before, after);
  const next = patch === undefined ? page : apply(page, decodePatch(overTheWire(encodePatch(patch))));
  expect(shown(next)).toBe(shown(toPlain(after)));
}

it("2.1.4 a Map's versions are what a JavaScript Map would be, and any two differ by a patch", () => {
  fc.assert(
    fc.property(fc.nat(40), history, (size, steps) => {
      const entries = Array.from({ length: size }, (_, at): [Node, Node] => [at, at]);
      const versions = [{ node: MapNode.of(entries), oracle: new Map(entries) }];
      for (const { from, changes } of steps) {
        const parent = versions[from % versions.length]!;
        const oracle = new Map(parent.oracle);
        for (const [name, entry] of changes) {
          if (entry === REMOVED) oracle.delete(name);
          else oracle.set(name, entry);
        }
        versions.push({ node: parent.node.with(changes), oracle });
      }
      for (const { node, oracle } of versions) {
        expect(node.size).toBe(oracle.size);
        expect([...node.entries()]).toEqual([...oracle]);
        for (const name of [...oracle.keys(), "gone", 5, undefined, object]) {
          expect(node.has(name)).toBe(oracle.has(name));
          expect(node.get(name)).toBe(oracle.get(name));
        }
      }
      for (const before of versions) for (const after of versions) expectUpdate(before.node, after.node);
    }),
    { numRuns: 500 },
  );
});

it("2.1.4 a Set's versions are what a JavaScript Set would be, and any two differ by a patch", () => {
  fc.assert(
    fc.property(fc.nat(40), history, (size, steps) => {
      const members = Array.from({ length: size }, (_, at): Node => at);
      const versions = [{ node: SetNode.of(members), oracle: new Set(members) }];
      for (const { from, changes } of steps) {
        const parent = versions[from % versions.length]!;
        const oracle = new Set(parent.oracle);
        for (const [member, entry] of changes) {
          if (entry === REMOVED) oracle.delete(member);
          else oracle.add(member);
        }
        const own = changes.map(([member, entry]) => [member, entry === REMOVED ? REMOVED : true] as const);
        versions.push({ node: parent.node.with(own), oracle });
      }
      for (const { node, oracle } of versions) expect([...node.values()]).toEqual([...oracle]);
      for (const before of versions) for (const after of versions) expectUpdate(before.node, after.node);
    }),
    { numRuns: 500 },
  );
});
