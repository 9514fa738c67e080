import { App, type AppOptions } from "../../src/server/index.ts";

const QUIET = { debug() {}, info() {}, warn: console.warn, error: console.error };

/** An app in its normal settings, but for the limits on one page and one address, which a bench exceeds on purpose; they are counted all the same. */
export async function listenApp(options: AppOptions): Promise<{ app: App; port: number }> {
  const app = new App({
    logger: QUIET,
    maxEventsPerSecond: 1_000_000,
    eventBurst: 1_000_000,
    maxConnectionsPerAddress: 1_000_000,
    ...options,
  });
  const { url } = await app.listen(0, "127.0.0.1");
  return { app, port: Number(new URL(url).port) };
}
