/** What happens to a page as a whole. */
export interface PageLifeListeners {
  /** It goes: for good, or into the back/forward cache. */
  left(): void;
  /** It has come back from the back/forward cache. */
  restored(): void;
  /** It may have a network again, or is looked at again. */
  woken(): void;
  /** It may have no network any more. */
  offline(): void;
}

/** Follows the page's life until the function that it gives is called; does nothing outside a page. */
export function followPageLife({ left, restored, woken, offline }: PageLifeListeners): () => void {
  if (typeof window === "undefined" || typeof document === "undefined") return () => {};
  const stop = new AbortController();
  const { signal } = stop;
  window.addEventListener("pagehide", left, { signal });
  window.addEventListener("pageshow", ({ persisted }) => (persisted ? restored() : woken()), { signal });
  window.addEventListener("online", woken, { signal });
  window.addEventListener("offline", offline, { signal });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && woken(), { signal });
  return () => stop.abort();
}
