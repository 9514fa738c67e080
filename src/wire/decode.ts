import { ProtocolError } from "../base/errors.ts";
import { FrozenDate } from "../data/frozen-date.ts";
import { FrozenMap } from "../data/frozen-map.ts";
import { FrozenSet } from "../data/frozen-set.ts";
import { PatchKind, type Patch } from "../delta/patch.ts";
import { Tag, TAG_KEY, type Encoded, type EncodedPatch } from "./codec.ts";

/** Deeper than any value that a server sends. */
const PAGE_DEPTH = 1_000;

/** What the decoded values are made of. */
interface Makers {
  readonly maxDepth: number;
  date(ms: number): unknown;
  map(entries: [unknown, unknown][]): unknown;
  set(members: unknown[]): unknown;
  done<T extends object>(value: T): T;
}

const frozen: Makers = {
  maxDepth: PAGE_DEPTH,
  date: (ms) => new FrozenDate(ms),
  map: (entries) => new FrozenMap(entries),
  set: (members) => new FrozenSet(members),
  done: Object.freeze,
};

/** A value that the server sent, frozen at every depth: what the page holds. */
export function decodeFrozen(encoded: Encoded): unknown {
  return decode(encoded, frozen, 0);
}

/**
 * A value that a page sent, as mutable plain data: hostile until it is through here.
 *
 * @throws ProtocolError `BAD_MESSAGE` for what is not the encoding of a value, is too deep, or has a key `__proto__`.
 */
export function decodeMutable(encoded: Encoded, limits: { readonly maxDepth: number }): unknown {
  return decode(
    encoded,
    {
      maxDepth: limits.maxDepth,
      date: (ms) => new Date(ms),
      map: (entries) => new Map(entries),
      set: (members) => new Set(members),
      done: (value) => value,
    },
    0,
  );
}

function bad(what: string): never {
  throw new ProtocolError("BAD_MESSAGE", `Bad value: ${what}.`);
}

function decode(encoded: unknown, makers: Makers, depth: number): unknown {
  if (typeof encoded !== "object" || encoded === null) return encoded;
  if (depth > makers.maxDepth) bad("nested too deep");
  if (Array.isArray(encoded)) return makers.done(encoded.map((item) => decode(item, makers, depth + 1)));
  if (Object.hasOwn(encoded, TAG_KEY))
    return decodeTagged((encoded as Record<string, unknown>)[TAG_KEY], makers, depth);
  return decodeEntries(Object.entries(encoded), makers, depth);
}

function decodeEntries(entries: readonly (readonly [string, unknown])[], makers: Makers, depth: number): unknown {
  const value: Record<string, unknown> = {};
  for (const [key, item] of entries) {
    if (key === "__proto__") bad("a key named __proto__");
    value[key] = decode(item, makers, depth + 1);
  }
  return makers.done(value);
}

function decodeTagged(content: unknown, makers: Makers, depth: number): unknown {
  if (!Array.isArray(content)) bad("a tag without content");
  const [tag, payload] = content as [unknown, unknown];
  switch (tag) {
    case Tag.undefined:
      return undefined;
    case Tag.number:
      return payload === "-0" || payload === "NaN" || payload === "Infinity" || payload === "-Infinity"
        ? Number(payload)
        : bad("a number");
    case Tag.bigint:
      return typeof payload === "string" && payload.length <= 4096 && /^-?\d+$/.test(payload)
        ? BigInt(payload)
        : bad("a bigint");
    case Tag.date:
      return payload === null || typeof payload === "number" ? makers.date(payload ?? Number.NaN) : bad("a date");
    case Tag.map:
      return makers.map(
        list(payload).map((entry) => pair(entry).map((item) => decode(item, makers, depth + 1)) as [unknown, unknown]),
      );
    case Tag.set:
      return makers.set(list(payload).map((member) => decode(member, makers, depth + 1)));
    case Tag.object:
      return decodeEntries(
        list(payload).map((entry) => {
          const [key, item] = pair(entry);
          return typeof key === "string" ? ([key, item] as const) : bad("a key that is no string");
        }),
        makers,
        depth,
      );
    default:
      return bad("an unknown tag");
  }
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : bad("a list is missing");
}

function pair(value: unknown): readonly [unknown, unknown] {
  return Array.isArray(value) && value.length === 2
    ? (value as unknown as [unknown, unknown])
    : bad("an entry that is no pair");
}

function index(value: unknown): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : bad("an index");
}

/** A patch that the server sent, with its values frozen. */
export function decodePatch(encoded: EncodedPatch): Patch<unknown> {
  const [kind, first, second, third] = list(encoded);
  const value = (item: unknown): unknown => decode(item, frozen, 0);
  switch (kind) {
    case PatchKind.Replace:
      return [kind, value(first)];
    case PatchKind.Record: {
      if (typeof first !== "object" || first === null) return bad("a patch");
      const changed: Record<string, Patch<unknown>> = {};
      for (const [key, patch] of Object.entries(first))
        if (key !== "__proto__") changed[key] = decodePatch(patch as EncodedPatch);
      return second === undefined ? [kind, changed] : [kind, changed, list(second).map(String)];
    }
    case PatchKind.List: {
      const patches =
        second === undefined
          ? []
          : list(second).map((entry) => [index(pair(entry)[0]), decodePatch(pair(entry)[1] as EncodedPatch)] as const);
      return [
        kind,
        first === 0
          ? 0
          : list(first).map((segment) =>
              list(segment).length === 1
                ? ([list(list(segment)[0]).map(value)] as const)
                : ([index(pair(segment)[0]), index(pair(segment)[1])] as const),
            ),
        patches,
      ];
    }
    case PatchKind.Map:
      return [
        kind,
        list(first).map((entry) => [value(pair(entry)[0]), value(pair(entry)[1])] as const),
        list(second).map(value),
        list(third).map((entry) => [value(pair(entry)[0]), decodePatch(pair(entry)[1] as EncodedPatch)] as const),
      ];
    case PatchKind.Set:
      return [kind, list(first).map(value), list(second).map(value)];
    case PatchKind.Text:
      return typeof second === "string"
        ? [kind, index(first), second, third === undefined ? 0 : index(third)]
        : bad("a text patch");
    default:
      return bad("an unknown patch");
  }
}
