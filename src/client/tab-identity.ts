import type { WelcomeMessage } from "../wire/messages.ts";
import type { ClientClock, SessionKind } from "./client.ts";
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

  /** The token of the session that the page's values and open calls belong to; undefined before the tab's first session. */
  #ownToken: string | undefined;
  /** Whether another document was found to have the session. */
  #isCopy = false;
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

  /** Whether this page has values and calls that belong to a session. */
  get hasSession(): boolean {
    return this.#ownToken !== undefined;
  }

  /** Whether `token` is of the session that the page's values and calls belong to. A page that comes back from the back/forward cache may find another one. */
  get isOwn(): boolean {
    return this.token === this.#ownToken;
  }

  /** Whether an answer is awaited. */
  get isAsking(): boolean {
    return this.#timer !== undefined;
  }

  /** Takes the tab's token, or finds that another document holds it; `settled` is called, at once where there is nobody to ask. */
  claim(settled: () => void): void {
    this.token = this.#storage.get("token") ?? this.token;
    const holder = this.#storage.get("held");
    const settle = (): void => {
      this.#clock.clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#storage.set("held", this.documentId);
      this.#ownToken ??= this.token;
      settled();
    };
    if (typeof BroadcastChannel !== "undefined") {
      const channel = new BroadcastChannel(this.#channelName);
      (channel as { unref?(): void }).unref?.(); // Node's would keep the process alive
      channel.onmessage = ({ data }: MessageEvent<TabQuestion & TabAnswer>) => {
        if (data.ask === this.documentId) channel.postMessage({ heldFor: data.from } satisfies TabAnswer);
        if (data.heldFor === this.documentId && this.#timer !== undefined) {
          this.lose();
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

  /** Keeps the token that the server gave, and gives how the page came to that session. */
  accept({ token, resumed, fresh }: WelcomeMessage): SessionKind {
    const isCopy = this.#isCopy || fresh === "held";
    const kind: SessionKind =
      resumed && this.isOwn
        ? "resumed"
        : fresh === "identity"
          ? "changed"
          : isCopy
            ? "copied"
            : this.hasSession
              ? "lost"
              : "new";
    this.#keep(token);
    this.#ownToken = token;
    this.#isCopy = false;
    return kind;
  }

  /** Another document has the session. */
  lose(): void {
    this.#keep(undefined);
    this.#isCopy = true;
  }

  /** Lets another document of this tab have the token. */
  release(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#channel?.close();
    this.#channel = undefined;
    if (this.#storage.get("held") === this.documentId) this.#storage.set("held", undefined);
  }

  #keep(token: string | undefined): void {
    this.token = token;
    this.#storage.set("token", token);
  }
}
