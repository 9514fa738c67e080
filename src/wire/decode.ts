import { ProtocolError } from "../base/errors.ts";
import { FrozenDate } from "../data/frozen-date.ts";
import { FrozenMap } from "../data/frozen-map.ts";
import { FrozenSet } from "../data/frozen-set.ts";
import { MAX_DEPTH } from "../data/max-depth.ts";
import { PatchKind, type IndexedPatch, type Patch, type Segment } from "../delta/patch.ts";
import { Tag, TAG_KEY, type Encoded, type EncodedPatch } from "./codec.ts";
import { placeOf, type Way } from "./way.ts";

/** The most digits of a bigint that a page may send: reading one takes quadratic time. */
const MAX_DIGITS = 4_096;

/** What decoded values are made of, and how much of it. */
interface Makers {
  readonly maxDepth: number;
  readonly maxDigits: number;
  date(ms: number): unknown;
  map(entries: [unknown, unknown][]): unknown;
  set(members: unknown[]): unknown;
  done<T extends object>(value: T): T;
}

const frozen: Makers = {
  maxDepth: MAX_DEPTH,
  maxDigits: Infinity,
  date: (ms) => new FrozenDate(ms),
  map: (entries) => new FrozenMap(entries),
  set: (members) => new FrozenSet(members),
  done: Object.freeze,
};

const mutable: Makers = {
  maxDepth: 0,
  maxDigits: MAX_DIGITS,
  date: (ms) => new Date(ms),
  map: (entries) => new Map(entries),
  set: (members) => new Set(members),
  done: (value) => value,
};

/** A value that the server sent, frozen at every depth: what the page holds. */
export function decodeFrozen(encoded: Encoded): unknown {
  return decode(encoded, frozen);
}

/**
 * A value that a page sent, as mutable plain data: hostile until it is through here.
 *
 * @throws ProtocolError `BAD_MESSAGE` for what is not the encoding of a value, is too deep, or has a key `__proto__`,
 * naming its path.
 */
export function decodeMutable(encoded: Encoded, limits: { readonly maxDepth: number }): unknown {
  return decode(encoded, { ...mutable, maxDepth: limits.maxDepth });
}

function decode(encoded: unknown, makers: Makers): unknown {
  return typeof encoded === "object" && encoded !== null ? decodeObject(encoded, makers) : encoded;
}

function decodeObject(whole: object, makers: Makers): unknown {
  const way: Way = [];
  return value(whole);

  function value(encoded: object): unknown {
    if (way.length > makers.maxDepth) bad("is nested too deep");
    if (Array.isArray(encoded)) return makers.done(encoded.map(within));
    if (Object.hasOwn(encoded, TAG_KEY)) return tagged(encoded as Record<string, unknown>);
    const record: Record<string, unknown> = {};
    for (const key of Object.keys(encoded)) field(record, key, (encoded as Record<string, unknown>)[key]);
    return makers.done(record);
  }

  function within(part: unknown, step: string | number): unknown {
    if (typeof part !== "object" || part === null) return part;
    way.push(step);
    const decoded = value(part);
    way.pop();
    return decoded;
  }

  function field(record: Record<string, unknown>, key: string, encoded: unknown): void {
    if (key === "__proto__") bad("has a key named __proto__");
    record[key] = within(encoded, key);
  }

  function tagged(encoded: Record<string, unknown>): unknown {
    const content = list(encoded[TAG_KEY]);
    const [tag, payload] = content;
    if (Object.keys(encoded).length > 1 || content.length !== (tag === Tag.undefined ? 1 : 2))
      bad("is more or less than a tag");
    switch (tag) {
      case Tag.undefined:
        return undefined;
      case Tag.number:
        return /^(NaN|-?Infinity|-0)$/.test(text(payload)) ? Number(payload) : bad("is no number");
      case Tag.bigint:
        return /^-?\d+$/.test(text(payload)) && text(payload).length <= makers.maxDigits
          ? BigInt(text(payload))
          : bad("is no bigint");
      case Tag.date:
        return payload === null || typeof payload === "number" ? makers.date(payload ?? NaN) : bad("is no date");
      case Tag.map:
        return makers.map(
          list(payload).map((entry, at) => pair(entry).map((part) => within(part, at)) as [unknown, unknown]),
        );
      case Tag.set:
        return makers.set(list(payload).map(within));
      case Tag.object: {
        const record: Record<string, unknown> = {};
        for (const entry of list(payload)) field(record, text(pair(entry)[0]), pair(entry)[1]);
        return makers.done(record);
      }
      default:
        return bad("has an unknown tag");
    }
  }

  function list(item: unknown): readonly unknown[] {
    return Array.isArray(item) ? item : bad("is no list");
  }

  function pair(item: unknown): readonly unknown[] {
    return list(item).length === 2 ? (item as readonly unknown[]) : bad("is no pair");
  }

  function text(item: unknown): string {
    return typeof item === "string" ? item : bad("is no text");
  }

  function bad(what: string): never {
    throw new ProtocolError("BAD_MESSAGE", `Bad value: ${placeOf("value", way).slice(0, 200)} ${what}.`);
  }
}

/**
 * A patch that the server sent, with its values frozen.
 *
 * @throws ProtocolError `BAD_MESSAGE` for what is not the encoding of a patch.
 */
export function decodePatch(encoded: EncodedPatch): Patch<unknown> {
  const [kind, first, second, third] = asList(encoded);
  switch (kind) {
    case PatchKind.Replace:
      return encoded.length === 2 ? [kind, asValue(first)] : badPatch();
    case PatchKind.Record: {
      if (typeof first !== "object" || first === null) return badPatch();
      const changed: Record<string, Patch<unknown>> = {};
      for (const [key, patch] of Object.entries(first)) {
        if (key === "__proto__") badPatch();
        changed[key] = decodePatch(patch as EncodedPatch);
      }
      return [kind, changed, asList(second ?? []).map(asText)];
    }
    case PatchKind.List:
      return [kind, first === 0 ? 0 : asList(first).map(asSegment), asList(second ?? []).map(asIndexed)];
    case PatchKind.Map:
      return [
        kind,
        asPairs(first).map(([key, entry]) => [asValue(key), asValue(entry)] as const),
        asList(second).map(asValue),
        asPairs(third).map(([key, patch]) => [asValue(key), decodePatch(patch as EncodedPatch)] as const),
      ];
    case PatchKind.Set:
      return [kind, asList(first).map(asValue), asList(second).map(asValue)];
    case PatchKind.Text:
      return [kind, asCount(first), asText(second), asCount(third ?? 0)];
    default:
      return badPatch();
  }
}

function asSegment(item: unknown): Segment<unknown> {
  const [first, second] = asList(item);
  return Array.isArray(first) ? [first.map(asValue)] : [asCount(first), asCount(second)];
}

function asIndexed(item: unknown): IndexedPatch<unknown> {
  const [index, patch] = asList(item);
  return [asCount(index), decodePatch(patch as EncodedPatch)];
}

function asValue(item: unknown): unknown {
  return decodeFrozen(item as Encoded);
}

function asPairs(items: unknown): readonly (readonly unknown[])[] {
  return asList(items).map(asList);
}

function asList(item: unknown): readonly unknown[] {
  return Array.isArray(item) ? item : badPatch();
}

function asText(item: unknown): string {
  return typeof item === "string" ? item : badPatch();
}

function asCount(item: unknown): number {
  return Number.isSafeInteger(item) && (item as number) >= 0 ? (item as number) : badPatch();
}

function badPatch(): never {
  throw new ProtocolError("BAD_MESSAGE", "Bad patch.");
}
