import type { TokenStorage } from "./client.ts";

/** A tab's storage under one prefix. Storage that is missing, blocked or full is as good as empty: nothing here throws. */
export class TabStorage {
  readonly #storage: TokenStorage | undefined;
  readonly #prefix: string;

  constructor(storage: TokenStorage | undefined, prefix: string) {
    this.#storage = storage;
    this.#prefix = prefix;
  }

  get(name: string): string | undefined {
    try {
      return this.#storage?.getItem(this.#prefix + name) ?? undefined;
    } catch {
      return undefined;
    }
  }

  /** Sets an item, or removes it. */
  set(name: string, value: string | undefined): void {
    try {
      if (value === undefined) this.#storage?.removeItem(this.#prefix + name);
      else this.#storage?.setItem(this.#prefix + name, value);
    } catch {
      // Full or blocked: the tab gets a new session after its next reload, which is what it would have had without storage.
    }
  }
}

/** The page's `sessionStorage`, where there is a page that may use it. */
export function pageStorage(): TokenStorage | undefined {
  try {
    return typeof document === "undefined" ? undefined : sessionStorage;
  } catch {
    return undefined;
  }
}
