import type { ClientMessage } from "../wire/messages.ts";

/** Which states this page wants, and which of them the server has been told of. */
export class Subscriptions {
  readonly #wanted = new Set<string>();
  /** On this connection; empty without one. */
  readonly #told = new Set<string>();

  want(name: string): void {
    this.#wanted.add(name);
  }

  unwant(name: string): void {
    this.#wanted.delete(name);
  }

  /** The states for `hello`, with which a connection begins. */
  begin(): string[] {
    this.#told.clear();
    for (const name of this.#wanted) this.#told.add(name);
    return [...this.#wanted];
  }

  /** Tells the server what has changed since it was last told. */
  tell(send: (message: ClientMessage) => void): { readonly added: string[]; readonly removed: string[] } {
    const added = [...this.#wanted].filter((name) => !this.#told.has(name));
    const removed = [...this.#told].filter((name) => !this.#wanted.has(name));
    for (const name of added) this.#told.add(name);
    for (const name of removed) this.#told.delete(name);
    if (removed.length > 0) send({ type: "unsubscribe", states: removed });
    if (added.length > 0) send({ type: "subscribe", states: added });
    return { added, removed };
  }
}
