/** Sends a text to the server; its promise settles once the page has what the server made of it. */
export type SendText = (text: string) => Promise<unknown>;

/** How a draft stands; a new object whenever it has changed. */
export interface DraftStatus {
  /** What to show instead of the server's value; undefined when idle. */
  readonly text: string | undefined;
  /** What the last text was rejected with; forgotten at the next change. */
  readonly error: unknown;
}

/**
 * What a person is typing into a value that the server holds, until the server has it.
 *
 * Idle, the server's value is the one to show. The first change starts a draft, which is shown instead. One send is on its way at most; what was typed meanwhile is
 * sent after it, as one text. When the last text has been answered and nothing was typed since, the draft ends, and whatever the server made of it shows.
 * Nothing is sent in the middle of a composition (IME).
 */
export class TextDraft {
  /** May be replaced at any time; the next send takes it. */
  send: SendText;
  /** How long to wait, in milliseconds, for a further change before sending. */
  debounceMs = 0;

  #status: DraftStatus = { text: undefined, error: undefined };
  /** Whether the text has not been sent yet. */
  #isAhead = false;
  #isSending = false;
  #isComposing = false;
  /** Set while further changes are waited for. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(send: SendText) {
    this.send = send;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly status = (): DraftStatus => this.#status;

  /** The person has changed the text. */
  change(text: string): void {
    if (text === this.#status.text) return;
    this.#isAhead = true;
    this.#set({ text, error: undefined });
    clearTimeout(this.#timer);
    this.#timer = this.debounceMs > 0 ? setTimeout(this.#waited, this.debounceMs) : undefined;
    this.#proceed();
  }

  /** A composition begins: the text that is shown stays in place until it ends, whatever the server says. */
  startComposition(shown: string): void {
    this.#isComposing = true;
    this.#set({ ...this.#status, text: shown });
  }

  /** The composition has ended, and left `text`. */
  endComposition(text: string): void {
    this.#isComposing = false;
    this.change(text);
    this.#proceed();
  }

  /** The person leaves the field, or it goes: nothing waits for further changes any more. */
  readonly flush = (): void => {
    this.#isComposing = false;
    clearTimeout(this.#timer);
    this.#waited();
  };

  readonly #waited = (): void => {
    this.#timer = undefined;
    this.#proceed();
  };

  #proceed(): void {
    const { text, error } = this.#status;
    if (text === undefined || this.#isSending || this.#isComposing || this.#timer !== undefined) return;
    if (this.#isAhead) void this.#sendText(text);
    else this.#set({ text: undefined, error });
  }

  async #sendText(text: string): Promise<void> {
    this.#isAhead = false;
    this.#isSending = true;
    try {
      await this.send(text);
    } catch (error) {
      // Of a text that was typed over nobody needs to hear: the newer one gets its own answer.
      if (!this.#isAhead) this.#set({ ...this.#status, error });
    }
    this.#isSending = false;
    this.#proceed();
  }

  #set(status: DraftStatus): void {
    this.#status = status;
    for (const listener of this.#listeners) listener();
  }
}
