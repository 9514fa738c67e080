import { createHook } from "node:async_hooks";

/** Kinds of resources that a test file must not leave open. Others (file reads, message ports, terminals) belong to the runner or end by themselves. */
const WATCHED = new Set([
  "Timeout",
  "TCPSocketWrap",
  "TCPServerWrap",
  "TLSWrap",
  "UDPWrap",
  "PipeWrap",
  "PipeServerWrap",
  "ProcessWrap",
  "FSEventWrap",
  "StatWatcher",
  "Worker",
]);

// Taken before a test can put a moved-by-hand clock in their place.
const { setTimeout: realSetTimeout } = globalThis;
const { now } = Date;

/** How many resources of each watched kind keep the process alive: referenced timers, sockets, servers, children. */
export type OpenResources = ReadonlyMap<string, number>;

/** Counts what is open now. */
export function openResources(): OpenResources {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (WATCHED.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** What is open beyond a baseline, such as `["2 Timeout", "1 TCPServerWrap"]`. */
export function openBeyond(baseline: OpenResources): string[] {
  return [...openResources()]
    .map(([kind, count]) => [kind, count - (baseline.get(kind) ?? 0)] as const)
    .filter(([, extra]) => extra > 0)
    .map(([kind, extra]) => `${extra} ${kind}`);
}

/**
 * Waits until nothing is open beyond a baseline, as sockets take a moment to close, and gives what still is after `graceMs`.
 */
export async function leaksBeyond(baseline: OpenResources, graceMs = 2000): Promise<string[]> {
  const deadline = now() + graceMs;
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 50)) {
    const open = openBeyond(baseline);
    if (open.length === 0 || now() >= deadline) return open;
    await new Promise<void>((resolve) => realSetTimeout(resolve, waitMs));
  }
}

/** Tells where the watched resources that are open were made. Slows everything: only for `TRACE_LEAKS=1`. */
export function traceResources(): () => string[] {
  // The hook spells kinds in capitals that `getActiveResourcesInfo` spells in mixed case.
  const watched = new Set([...WATCHED].map((kind) => kind.toUpperCase()));
  const places = new Map<number, string>();
  createHook({
    init(id, kind) {
      if (!watched.has(kind.toUpperCase())) return;
      const frames = (new Error().stack ?? "").split("\n").slice(2);
      const own = frames.filter((frame) => !frame.includes("node:"));
      if (own[0]?.includes("@vitest/runner") !== true) places.set(id, [`${kind} made`, ...own].join("\n"));
    },
    destroy(id) {
      places.delete(id);
    },
  }).enable();
  return () => [...places.values()].filter((place) => !place.includes(leaksBeyond.name));
}
