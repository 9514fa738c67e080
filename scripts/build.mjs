// Builds the package into dist/. With --if-stale: only when a source is newer than the last build.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandOf, isMain, root, runNode } from "./run.mjs";

const dist = join(root, "dist");
const cache = join(root, ".cache");
const stamp = join(cache, "built-at");

/**
 * The newest modification in a tree, as a time in ms; directories count, so that a removed file does too.
 *
 * @param {string} path
 * @returns {number}
 */
export function newestChange(path) {
  const { mtimeMs } = statSync(path);
  const entries = readdirSync(path, { recursive: true, encoding: "utf8" });
  return entries.reduce((newest, entry) => Math.max(newest, statSync(join(path, entry)).mtimeMs), mtimeMs);
}

function isStale() {
  if (!existsSync(join(dist, "index.js")) || !existsSync(stamp)) return true;
  const builtAt = Number(readFileSync(stamp, "utf8"));
  const configs = ["tsconfig.build.json", "tsconfig/base.json", "package.json"].map((file) => join(root, file));
  return Math.max(newestChange(join(root, "src")), ...configs.map((file) => statSync(file).mtimeMs)) > builtAt;
}

/** Vite keeps optimised copies of the package for the examples, and makes them anew only when its version changes. */
function forgetOptimised() {
  const examples = join(root, "examples");
  for (const name of readdirSync(examples))
    rmSync(join(examples, name, "node_modules", ".vite"), { recursive: true, force: true });
}

/**
 * Builds beside dist/ and swaps the two, so that whoever reads dist/ meanwhile never sees half a build. A failed build leaves
 * the old one in place.
 *
 * @returns {Promise<boolean>} whether it succeeded
 */
export async function build() {
  const builtAt = Date.now();
  mkdirSync(cache, { recursive: true });
  // As deep as dist/: source maps name the sources from where they stand.
  const next = join(root, `.dist-${process.pid}`);
  const previous = join(cache, `previous-dist-${process.pid}`);
  const code = await runNode(commandOf("typescript", "tsc"), ["-p", "tsconfig.build.json", "--outDir", next]);
  if (code === 0) {
    if (existsSync(dist)) renameSync(dist, previous);
    renameSync(next, dist);
    writeFileSync(stamp, String(builtAt));
    forgetOptimised();
  }
  for (const leftOver of [next, previous]) rmSync(leftOver, { recursive: true, force: true });
  return code === 0;
}

/**
 * Builds unless the last build is of the present sources.
 *
 * @throws {Error} when the sources do not compile
 */
export async function ensureBuilt() {
  if (isStale() && !(await build())) throw new Error("The package does not compile: see the errors above.");
}

if (isMain(import.meta.url)) {
  if (process.argv.includes("--if-stale") && !isStale()) process.exit(0);
  process.exit((await build()) ? 0 : 1);
}
