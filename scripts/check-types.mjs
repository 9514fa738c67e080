// Compiles every group of rooms with exactly what it may see, then the tests, the types' promises, and the built examples.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { commandOf, isMain, root, runNode } from "./run.mjs";

/** The project files of the repository itself; they need no build. */
export const PROJECTS = [
  "tsconfig/isomorphic.json",
  "tsconfig/browser.json",
  "tsconfig/server.json",
  "tsconfig/testing.json",
  "tests/types/tsconfig.json",
  "tests/types/register/tsconfig.json",
  "tsconfig.json",
];

/** The project files of the examples; they see the package as its users do, so it has to be built before. */
export function exampleProjects() {
  const examples = readdirSync(join(root, "examples"), { withFileTypes: true });
  return examples
    .map((entry) => join("examples", entry.name, "tsconfig.json"))
    .filter((project) => existsSync(join(root, project)));
}

/**
 * Whether a project compiles; its errors are printed.
 *
 * @param {string} project
 */
export async function compiles(project) {
  return (await runNode(commandOf("typescript", "tsc"), ["--noEmit", "-p", project])) === 0;
}

if (isMain(import.meta.url)) {
  let failed = false;
  for (const project of PROJECTS) {
    const ok = await compiles(project);
    console.log(`${ok ? "ok    " : "FAILED"} ${project}`);
    failed ||= !ok;
  }
  process.exit(failed ? 1 : 0);
}
