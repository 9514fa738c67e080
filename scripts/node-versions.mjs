// Runs the tests that need no browser on other versions of Node: those named (`npm run test:nodes -- 22 24`), or 22 and 24.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuilt } from "./build.mjs";
import { commandOf, run } from "./run.mjs";

const PROJECTS = ["unit", "property", "contract", "architecture", "integration", "package"];

/**
 * A version's `node` binary, out of the npm package that carries it for this system; kept in the system's temporary folder.
 *
 * @param {string} version such as "22" for the newest of that line
 */
async function installNode(version) {
  const packageName = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const directory = join(tmpdir(), `meanwhile-node-${version}`);
  const binary = join(
    directory,
    "node_modules",
    packageName,
    "bin",
    process.platform === "win32" ? "node.exe" : "node",
  );
  if (existsSync(binary)) return binary;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "package.json"), JSON.stringify({ private: true }));
  const code = await run("npm", ["install", "--no-save", "--no-package-lock", `${packageName}@${version}`], {
    cwd: directory,
  });
  if (code !== 0 || !existsSync(binary))
    throw new Error(`npm has no ${packageName}@${version}: Node ${version} was not tried.`);
  return binary;
}

await ensureBuilt();
const versions = process.argv.slice(2);
let failed = false;
for (const version of versions.length > 0 ? versions : ["22", "24"]) {
  const node = await installNode(version);
  console.log(`\n=== Node ${version} ===\n`);
  await run(node, ["--version"]);
  const code = await run(node, [commandOf("vitest"), "run", ...PROJECTS.flatMap((name) => ["--project", name])]);
  failed ||= code !== 0;
}
process.exit(failed ? 1 : 0);
