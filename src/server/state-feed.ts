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
  value: Node;
  from: unknown;
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

/** What one connection has been sent of one state, and what is new since. */
export class StateFeed {
  readonly definition: StateDefinition;
  readonly #onError: OnComputedError;
  #sent: StateValues;
  readonly #computed: SentComputed[] = [];

  /** Begins after `fullUpdate` was sent of the same snapshot. */
  constructor(definition: StateDefinition, reader: SnapshotReader, onError: OnComputedError) {
    this.definition = definition;
    this.#onError = onError;
    this.#sent = reader.snapshot.valuesOf(definition);
    for (const { index } of definition.computed) {
      const cached = definition.computed[index]!.isBackend ? undefined : computedOn(definition, index, reader);
      this.#computed.push({ value: cached?.value, from: cached });
    }
  }

  /** What has changed since the last one, or undefined. It counts as sent. */
  next(reader: SnapshotReader): PatchUpdate | undefined {
    let patch: Record<string, EncodedPatch> | undefined;
    const values = reader.snapshot.valuesOf(this.definition);
    if (values !== this.#sent) {
      for (const { name, index, isBackend } of this.definition.vars) {
        const before = this.#sent[index];
        const after = values[index];
        if (isBackend || Object.is(before, after)) continue;
        const change = diff(before, after);
        if (change !== undefined) (patch ??= {})[name] = encodePatch(change);
      }
      this.#sent = values;
    }
    for (const { name, index, isBackend } of this.definition.computed) {
      if (isBackend) continue;
      const sent = this.#computed[index]!;
      const cached = computedOn(this.definition, index, reader);
      if (cached === sent.from) continue;
      sent.from = cached;
      if (cached.failed) {
        // The page keeps its last value.
        this.#onError(this.definition, name, cached.error);
        continue;
      }
      const change = Object.is(sent.value, cached.value) ? undefined : diff(sent.value, cached.value);
      sent.value = cached.value;
      if (change !== undefined) (patch ??= {})[name] = encodePatch(change);
    }
    return patch === undefined ? undefined : { patch };
  }
}
