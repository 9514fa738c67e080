import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { normalizePath } from "vite";
import type { StatePattern } from "./state-pattern.ts";

const SKIPPED = new Set(["node_modules", "dist", "coverage", "__tests__", "__fixtures__"]);
const TEST_FILE = /\.(?:test|spec)\.[cm]?[jt]sx?$/;

/** The state modules of a project, by absolute path in a stable order: those under `src`, or under the root where there is no `src`. */
export async function findStateFiles(root: string, pattern: StatePattern): Promise<string[]> {
  const source = join(root, "src");
  const found: string[] = [];
  await collect(existsSync(source) ? source : root, pattern, found);
  return found.sort();
}

async function collect(folder: string, pattern: StatePattern, found: string[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) {
    const path = normalizePath(join(folder, entry.name));
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name) && !entry.name.startsWith(".")) await collect(path, pattern, found);
    } else if (pattern.matchesFile(path) && !TEST_FILE.test(path)) {
      found.push(path);
    }
  }
}
