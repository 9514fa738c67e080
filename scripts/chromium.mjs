// Makes sure that there is a Chromium for the tests in the browser, and prints where it is.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { isMain, run } from "./run.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The first program of one of these names on the PATH.
 *
 * @param {readonly string[]} names
 */
function findProgram(names) {
  const directories = (process.env["PATH"] ?? "").split(delimiter).filter((directory) => directory !== "");
  return names.flatMap((name) => directories.map((directory) => join(directory, name))).find(isExecutable);
}

/**
 * Where Chromium is: what CHROMIUM_PATH says, else on the PATH.
 *
 * @returns {string | undefined}
 */
export function findChromium() {
  const path = process.env["CHROMIUM_PATH"];
  if (path === undefined || path === "") return findProgram(NAMES);
  if (!isExecutable(path)) throw new Error(`CHROMIUM_PATH is ${path}, where there is no program.`);
  return path;
}

/**
 * Finds Chromium, or installs it where that needs no question: as root on Debian and its kin.
 *
 * @throws {Error} that says what to install, when it can't
 */
export async function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  const aptGet = findProgram(["apt-get"]);
  if (process.getuid?.() === 0 && aptGet !== undefined) {
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    await run(aptGet, ["update", "-qq"], { env });
    await run(aptGet, ["install", "-y", "-qq", "--no-install-recommends", "chromium"], { env });
    const installed = findChromium();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    "The tests in the browser need Chromium, and there is none. Install it (on Debian: `sudo apt-get update && " +
      "sudo apt-get install -y --no-install-recommends chromium`), or set CHROMIUM_PATH to a Chromium or Chrome that you have.",
  );
}

if (isMain(import.meta.url)) {
  try {
    console.log(await ensureChromium());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
