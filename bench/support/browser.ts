import { type Browser, chromium } from "playwright-core";

const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-gpu",
  "--disable-sync",
  "--no-first-run",
];

/** Starts the headless Chromium that scripts/bench.mjs has found. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM_PATH"];
  if (executablePath === undefined) throw new Error("This bench needs Chromium: install it, or set CHROMIUM_PATH.");
  return await chromium.launch({ executablePath, args: QUIET, chromiumSandbox: false });
}
