import type { PageLocation } from "./client.ts";

/** Where the page is in its app; Node has no page. */
export function currentLocation(): PageLocation {
  return typeof location === "undefined"
    ? { path: "/", query: "" }
    : { path: location.pathname, query: location.search };
}

/** Calls `moved` after each navigation within the page, until the function that it gives is called. */
export function followLocation(moved: () => void): () => void {
  if (typeof window === "undefined" || typeof history === "undefined") return () => {};
  const { navigation } = window as { navigation?: EventTarget };
  if (navigation !== undefined) return listen(navigation, "currententrychange", moved);

  const undo = [listen(window, "popstate", moved), listen(window, "hashchange", moved)];
  for (const method of ["pushState", "replaceState"] as const) {
    const original = history[method];
    let isFollowed = true;
    const patched: History["pushState"] = function (this: History, ...args) {
      original.apply(this, args);
      if (isFollowed) moved();
    };
    history[method] = patched;
    undo.push(() => {
      isFollowed = false;
      if (history[method] === patched) history[method] = original; // else somebody has wrapped ours: it stays, and does nothing
    });
  }
  return () => undo.forEach((step) => step());
}

function listen(target: EventTarget, type: string, listener: () => void): () => void {
  target.addEventListener(type, listener);
  return () => target.removeEventListener(type, listener);
}
