/** A BroadcastChannel whose messages arrive in a microtask, so that histories can be repeated. */
export class MemoryChannel {
  static readonly open = new Set<MemoryChannel>();
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
    MemoryChannel.open.add(this);
  }

  postMessage(data: unknown): void {
    for (const other of MemoryChannel.open) {
      if (other === this || other.#name !== this.#name) continue;
      queueMicrotask(() => MemoryChannel.open.has(other) && other.onmessage?.({ data }));
    }
  }

  close(): void {
    MemoryChannel.open.delete(this);
  }
}
