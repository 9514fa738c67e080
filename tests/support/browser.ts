import { type Browser, chromium, type Page } from "playwright-core";
import { ensureChromium } from "../../scripts/chromium.mjs";
import { recordOutbound } from "./canary.ts";

/** Nothing that Chromium does by itself may reach for the network: it is refused there, loudly and often. */
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
];

/** Starts a headless Chromium; close it when the file's tests are done. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await ensureChromium(), args: QUIET, chromiumSandbox: false });
}

/** Has the canary looked for in everything that a page gets: documents, scripts, frames, and what it logs. */
export function recordPage(page: Page): void {
  page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => recordOutbound("frame", String(payload)));
  });
  page.on("console", (message) => recordOutbound("log", message.text()));
  page.on("pageerror", (error) => recordOutbound("error", String(error.stack)));
  page.on("response", (response) => {
    // A body is gone when the page navigates before it was read; what was read last counts.
    void response.text().then(
      (text) => recordOutbound(response.request().isNavigationRequest() ? "html" : "response", text),
      () => undefined,
    );
  });
}
