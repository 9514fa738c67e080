import {
  type ChangeEvent,
  type SyntheticEvent,
  useEffect,
  useInsertionEffect,
  useLayoutEffect,
  useState,
  useSyncExternalStore,
} from "react";
import { Caret, type TextField } from "./caret.ts";
import { type DraftStatus, type SendText, TextDraft } from "./text-draft.ts";

/** How `useServerInput` sends. */
export interface ServerInputOptions {
  /** How long to wait, in milliseconds, for further typing before sending; leaving the field sends at once. Default: 0. */
  readonly debounce?: number;
}

interface FieldHandlers {
  readonly onChange: (event: ChangeEvent<TextField>) => void;
  readonly onSelect: (event: SyntheticEvent<TextField>) => void;
  readonly onBlur: () => void;
  readonly onCompositionStart: (event: SyntheticEvent<TextField>) => void;
  readonly onCompositionEnd: (event: SyntheticEvent<TextField>) => void;
}

/** The props of a text field, to be spread on an `input` or a `textarea`; `error` and `isPending` are on the prototype, so they are not spread with them. */
export class ServerInput implements FieldHandlers {
  readonly value: string;
  readonly onChange: FieldHandlers["onChange"];
  readonly onSelect: FieldHandlers["onSelect"];
  readonly onBlur: FieldHandlers["onBlur"];
  readonly onCompositionStart: FieldHandlers["onCompositionStart"];
  readonly onCompositionEnd: FieldHandlers["onCompositionEnd"];
  readonly #status: DraftStatus;

  constructor(value: string, handlers: FieldHandlers, status: DraftStatus) {
    this.value = value;
    this.onChange = handlers.onChange;
    this.onSelect = handlers.onSelect;
    this.onBlur = handlers.onBlur;
    this.onCompositionStart = handlers.onCompositionStart;
    this.onCompositionEnd = handlers.onCompositionEnd;
    this.#status = status;
  }

  /** What the last text was rejected with, until the person types again; else undefined. */
  get error(): unknown {
    return this.#status.error;
  }

  /** Whether something was typed that the server has not answered yet. */
  get isPending(): boolean {
    return this.#status.text !== undefined;
  }
}

/**
 * A text field over a value that the server holds: `<input {...useServerInput(task.title, task.setTitle)} />`.
 *
 * Shows what is typed at once and sends it, one call at a time, the newest text last. The server's value is taken over when every call has been answered; what
 * it corrected shows then. A text that is rejected makes way for the server's value, with the reason in `error`.
 *
 * `send` gives a promise that settles when the page has the new value, as events do.
 */
export function useServerInput(value: string, send: SendText, options: ServerInputOptions = {}): ServerInput {
  const [{ draft, caret, handlers }] = useState(() => createField(send));
  const { debounce = 0 } = options;
  useInsertionEffect(() => {
    draft.send = send;
    draft.debounceMs = debounce;
  }, [draft, send, debounce]);
  useEffect(() => draft.flush, [draft]);
  const status = useSyncExternalStore(draft.subscribe, draft.status, draft.status);
  const shown = status.text ?? value;
  // Typing moves the caret before it is noted, so this has something to do only where the server's value has taken the place of another.
  useLayoutEffect(() => caret.restore(), [caret, shown]);
  return new ServerInput(shown, handlers, status);
}

/** What one field keeps from its first render on. */
function createField(send: SendText): {
  readonly draft: TextDraft;
  readonly caret: Caret;
  readonly handlers: FieldHandlers;
} {
  const draft = new TextDraft(send);
  const caret = new Caret();
  const handlers: FieldHandlers = {
    onChange: ({ currentTarget }) => {
      caret.note(currentTarget);
      draft.change(currentTarget.value);
    },
    onSelect: ({ currentTarget }) => caret.note(currentTarget),
    onBlur: draft.flush,
    onCompositionStart: ({ currentTarget }) => draft.startComposition(currentTarget.value),
    onCompositionEnd: ({ currentTarget }) => draft.endComposition(currentTarget.value),
  };
  return { draft, caret, handlers };
}
