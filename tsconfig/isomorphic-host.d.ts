/**
 * What every JavaScript host has beside the language, as far as the isomorphic rooms use it. Keep it small: whatever is
 * added here must mean the same in browsers and in Node.
 */

interface HostTimer {
  readonly hostTimer: unique symbol;
}

declare function setTimeout(callback: () => void, ms?: number): HostTimer;
declare function clearTimeout(timer: HostTimer | undefined): void;
declare function queueMicrotask(callback: () => void): void;

declare const performance: { now(): number };
declare const console: Record<"debug" | "info" | "warn" | "error", (...values: unknown[]) => void>;

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

interface AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

declare const AbortController: new () => AbortController;

interface FormData {
  keys(): IterableIterator<string>;
  getAll(name: string): unknown[];
}
