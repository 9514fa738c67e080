import type { ClientClock } from "./client.ts";
import type { TabStorage } from "./tab-storage.ts";

/** How long another document has to say that it holds the token. One that is busy longer is found by the server. */
const ANSWER_MS = 150;

interface TabQuestion {
  readonly ask: string;
  readonly from: string;
}

interface TabAnswer {
  readonly heldFor: string;
}

/**
 * Which session this document may ask for: the client token of its tab, unless the tab is a copy of another one that is open.
 *
 * A tab's storage is copied with the tab, so the token alone does not tell them apart. The document that uses a token marks it as held with its own id, and
 * takes the mark off as it goes. A document that finds a mark asks the marked one over a BroadcastChannel: an answer means that this tab is a copy, and starts
 * with no token; silence means that the other one crashed.
 */
export class TabIdentity {
  /** Random, for each document. */
  readonly documentId: string;
  /** The token to offer; undefined where the tab has no session yet. */
  token: string | undefined;

  readonly #storage: TabStorage;
  readonly #clock: ClientClock;
  readonly #channelName: string;
  /** Open while the document lives; an open one would keep it out of the back/forward cache. */
  #channel: BroadcastChannel | undefined;
  /** Runs while an answer is awaited. */
  #timer: unknown;

  constructor(documentId: string, storage: TabStorage, clock: ClientClock, channelName: string) {
    this.documentId = documentId;
    this.#storage = storage;
    this.#clock = clock;
    this.#channelName = channelName;
  }

  /** Takes the tab's token, or finds that another document holds it; `settled` is called, at once where there is nobody to ask. */
  claim(settled: () => void): void {
    this.token = this.#storage.get("token");
    const holder = this.#storage.get("held");
    const settle = (): void => {
      this.#clock.clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#storage.set("held", this.documentId);
      settled();
    };
    if (typeof BroadcastChannel !== "undefined") {
      const channel = new BroadcastChannel(this.#channelName);
      (channel as { unref?(): void }).unref?.(); // Node's would keep the process alive
      channel.onmessage = ({ data }: MessageEvent<TabQuestion & TabAnswer>) => {
        if (data.ask === this.documentId) channel.postMessage({ heldFor: data.from } satisfies TabAnswer);
        if (data.heldFor === this.documentId && this.#timer !== undefined) {
          this.keep(undefined);
          settle();
        }
      };
      this.#channel = channel;
      if (this.token !== undefined && holder !== undefined && holder !== this.documentId) {
        this.#timer = this.#clock.setTimeout(settle, ANSWER_MS);
        channel.postMessage({ ask: holder, from: this.documentId } satisfies TabQuestion);
        return;
      }
    }
    settle();
  }

  /** Keeps the token that the server gave; undefined forgets it. */
  keep(token: string | undefined): void {
    this.token = token;
    this.#storage.set("token", token);
  }

  /** Lets another document of this tab have the token. */
  release(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#channel?.close();
    this.#channel = undefined;
    if (this.#storage.get("held") === this.documentId) this.#storage.set("held", undefined);
  }
}
