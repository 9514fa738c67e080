import { App, type AppOptions } from "../../src/server/index.ts";

const QUIET = { debug() {}, info() {}, warn: console.warn, error: console.error };

/**
 * An app in its normal settings, but for the limits on one page and one address, which a bench exceeds on purpose (they are
 * counted all the same), and for how long sessions of pages that have left are kept: a round must not pay for those before it.
 */
export async function listenApp(options: AppOptions): Promise<{ app: App; port: number }> {
  const app = new App({
    logger: QUIET,
    maxEventsPerSecond: 1_000_000,
    eventBurst: 1_000_000,
    maxConnectionsPerAddress: 1_000_000,
    closeGraceMs: 100,
    sessionTtlMs: 0,
    ...options,
  });
  const { url } = await app.listen(0, "127.0.0.1");
  return { app, port: Number(new URL(url).port) };
}
