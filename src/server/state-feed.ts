import type { Node } from "../data/node.ts";
import { diff } from "../delta/diff.ts";
import { computedOn, type SnapshotReader } from "../state/snapshot-view.ts";
import type { StateValues } from "../state/snapshot.ts";
import type { StateDefinition } from "../state/state-definition.ts";
import type { Encoded, EncodedPatch } from "../wire/codec.ts";
import { encodeNode, encodePatch } from "../wire/encode-node.ts";
import type { FullUpdate, PatchUpdate } from "../wire/messages.ts";

/** Told of a computed var that failed: once for each time that it was computed. */
export type OnComputedError = (definition: StateDefinition, name: string, error: unknown) => void;

/** The newest good value of each computed var that the page may have, and what it was computed from. */
interface SentComputed {
  readonly value: Node;
  readonly from: unknown;
}

/** All public values of a state, encoded: what a page gets first. */
export function fullUpdate(definition: StateDefinition, reader: SnapshotReader, onError: OnComputedError): FullUpdate {
  const full: Record<string, Encoded> = {};
  const values = reader.snapshot.valuesOf(definition);
  for (const { name, index, isBackend } of definition.vars) if (!isBackend) full[name] = encodeNode(values[index]);
  for (const { name, index, isBackend } of definition.computed) {
    if (isBackend) continue;
    const cached = computedOn(definition, index, reader);
    if (cached.failed) onError(definition, name, cached.error);
    full[name] = encodeNode(cached.value);
  }
  return { full, events: [...definition.events.keys()] };
}

/** What a page has been sent by one feed, as of one version: immutable, so that versions can be kept. */
export interface FeedMark {
  /** What it is a feed of: the same object as long as it can go on from there. */
  readonly source: { readonly name: string };
  readonly values: StateValues;
  /** By the computed var's index. */
  readonly computed: readonly SentComputed[];
}

/** What one connection is sent of one source, and what is new since. */
export interface Feed {
  /** What has been sent. */
  readonly mark: FeedMark;
  /** What has changed since the last one, or undefined. It counts as sent. */
  next(reader: SnapshotReader): PatchUpdate | undefined;
  /** Nobody is sent anything any more. */
  end(): void;
}

/** The feed of a state. */
export class StateFeed implements Feed {
  readonly #definition: StateDefinition;
  readonly #onError: OnComputedError;
  #mark: FeedMark;

  private constructor(definition: StateDefinition, mark: FeedMark, onError: OnComputedError) {
    this.#definition = definition;
    this.#mark = mark;
    this.#onError = onError;
  }

  /** Begins after `fullUpdate` was sent of the same snapshot. */
  static after(definition: StateDefinition, reader: SnapshotReader, onError: OnComputedError): StateFeed {
    const computed = definition.computed.map(({ index, isBackend }): SentComputed => {
      const cached = isBackend ? undefined : computedOn(definition, index, reader);
      return { value: cached?.value, from: cached };
    });
    return new StateFeed(
      definition,
      { source: definition, values: reader.snapshot.valuesOf(definition), computed },
      onError,
    );
  }

  /** Goes on from what a page holds. */
  static from(definition: StateDefinition, mark: FeedMark, onError: OnComputedError): StateFeed {
    return new StateFeed(definition, mark, onError);
  }

  get mark(): FeedMark {
    return this.#mark;
  }

  end(): void {}

  next(reader: SnapshotReader): PatchUpdate | undefined {
    const definition = this.#definition;
    const { values: sent, computed: sentComputed } = this.#mark;
    let patch: Record<string, EncodedPatch> | undefined;
    const values = reader.snapshot.valuesOf(definition);
    if (values !== sent) {
      for (const { name, index, isBackend } of definition.vars) {
        const before = sent[index];
        const after = values[index];
        if (isBackend || Object.is(before, after)) continue;
        const change = diff(before, after);
        if (change !== undefined) (patch ??= {})[name] = encodePatch(change);
      }
    }
    let computed: SentComputed[] | undefined;
    for (const { name, index, isBackend } of definition.computed) {
      if (isBackend) continue;
      const before = sentComputed[index]!;
      const cached = computedOn(definition, index, reader);
      if (cached === before.from) continue;
      // Of one that failed the page keeps its last value.
      const value = cached.failed ? before.value : cached.value;
      (computed ??= [...sentComputed])[index] = { value, from: cached };
      if (cached.failed) this.#onError(definition, name, cached.error);
      const change = Object.is(before.value, value) ? undefined : diff(before.value, value);
      if (change !== undefined) (patch ??= {})[name] = encodePatch(change);
    }
    if (values !== sent || computed !== undefined)
      this.#mark = { source: definition, values, computed: computed ?? sentComputed };
    return patch === undefined ? undefined : { patch };
  }
}
