import type { CallResult } from "../wire/messages.ts";
import type { FeedMark } from "./state-feed.ts";

/** How many versions that a page may hold are kept. */
const MAX_VERSIONS = 64;

/** How many bytes of results that a page has not acknowledged are kept, each counted with `RESULT_OVERHEAD`. */
const MAX_RESULT_BYTES = 4 * 1024 * 1024;
const RESULT_OVERHEAD = 64;

/** What the page held after an update: the mark of each state that it was fed. */
interface KeptVersion {
  /** The how manieth update of the connection it was; 0: of a connection before. */
  readonly update: number;
  readonly version: number;
  readonly marks: readonly FeedMark[];
}

/**
 * What a session knows of one document of its page, over all of its connections: which calls it has made, which results it has not
 * acknowledged, and what it was sent as of the last versions.
 *
 * One connection at a time is attached. All that is kept is bounded, also while none is.
 */
export class DocumentRecord {
  /** The states whose `onLoad` has run. */
  readonly loads = new Set<string>();
  /** Told that there is a result to send; set by the connection that is attached. */
  onResult: (() => void) | undefined;
  #received = 0;
  #open = 0;
  /** By the call's id, in the order in which they came: the JSON texts of results that are not acknowledged. */
  readonly #results = new Map<number, string>();
  #resultBytes = 0;
  #unsent: number[] = [];
  /** Which results went with which update. */
  #sent: { readonly update: number; readonly ids: readonly number[] }[] = [];
  #versions: KeptVersion[] = [];
  #updates = 0;

  /** The highest id of the calls that were taken. */
  get received(): number {
    return this.#received;
  }

  /** How many calls are taken and not settled. */
  get openCalls(): number {
    return this.#open;
  }

  /** How many results the page has not acknowledged. */
  get keptResults(): number {
    return this.#results.size;
  }

  /** Takes a call, once: false for one that was taken before. */
  take(id: number): boolean {
    if (id <= this.#received) return false;
    this.#received = id;
    this.#open += 1;
    return true;
  }

  /** A call that was taken has ended. */
  settle(result: CallResult): void {
    this.#open -= 1;
    this.#keep(result.id, textOf(result));
    this.#unsent.push(result.id);
    if (this.#resultBytes > MAX_RESULT_BYTES) this.#shorten();
    this.onResult?.();
  }

  /** Gives up results, the oldest first, until there is room. */
  #shorten(): void {
    for (const [id, text] of this.#results) {
      if (this.#resultBytes <= MAX_RESULT_BYTES) break;
      const lost = lostResult(id);
      if (text.length > lost.length) this.#keep(id, lost);
    }
  }

  /** A new connection of the document begins. Gives what the page holds as of `version`, if that is known. */
  attach(version: number, onResult: () => void): readonly FeedMark[] | undefined {
    this.onResult = onResult;
    this.#updates = 0;
    this.#sent = [];
    this.#unsent = [...this.#results.keys()];
    const held = this.#versions.findLast((kept) => kept.version === version);
    this.#versions = held === undefined ? [] : [{ ...held, update: 0 }];
    return held?.marks;
  }

  /** The texts of the results that go with the next update. */
  takeResults(): readonly string[] {
    if (this.#unsent.length === 0) return [];
    const ids = this.#unsent;
    this.#unsent = [];
    this.#sent.push({ update: this.#updates + 1, ids });
    return ids.map((id) => this.#results.get(id)!);
  }

  /** An update was sent, after which the page holds this. */
  sent(version: number, marks: readonly FeedMark[]): void {
    this.#updates += 1;
    this.#versions.push({ update: this.#updates, version, marks });
    if (this.#versions.length > MAX_VERSIONS) {
      // Every second one goes, but the oldest and the newest stay: the further back, the wider the gaps.
      const newest = this.#versions.length - 1;
      this.#versions = this.#versions.filter((_, index) => index % 2 === 0 || index === newest);
    }
  }

  /** The page has the first `updates` updates of this connection. Gives false where there were not so many. */
  acknowledge(updates: number): boolean {
    if (updates > this.#updates) return false;
    const first = this.#versions.findLastIndex(({ update }) => update <= updates);
    if (first > 0) this.#versions.splice(0, first);
    while (this.#sent.length > 0 && this.#sent[0]!.update <= updates) {
      for (const id of this.#sent.shift()!.ids) this.#drop(id);
    }
    return true;
  }

  /** Forgets what the page was sent: the state classes were replaced. */
  forgetVersions(): void {
    this.#versions = [];
  }

  #keep(id: number, text: string): void {
    this.#resultBytes += text.length - (this.#results.get(id)?.length ?? -RESULT_OVERHEAD);
    this.#results.set(id, text);
  }

  #drop(id: number): void {
    const text = this.#results.get(id);
    if (text === undefined) return;
    this.#results.delete(id);
    this.#resultBytes -= text.length + RESULT_OVERHEAD;
  }
}

/** As JSON.stringify would write it. */
function textOf(result: CallResult): string {
  return result.ok && "value" in result
    ? `{"id":${result.id},"ok":true,"value":${JSON.stringify(result.value)}}`
    : JSON.stringify(result);
}

/** What is kept of a result for which there is no room. */
function lostResult(id: number): string {
  const result: CallResult = {
    id,
    ok: false,
    error: {
      code: "RESULT_LOST",
      message: "The call has run, but its result is lost: the page did not take what it was sent for too long.",
    },
  };
  return JSON.stringify(result);
}
