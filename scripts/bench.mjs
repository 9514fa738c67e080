// Runs bench/<name>.ts for each name given, or all of them, one after the other: compiled first, as the published package is. What tsx adds to
// each function (its name) would be measured too.
import { build } from "esbuild";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { ensureBuilt } from "./build.mjs";
import { findChromium } from "./chromium.mjs";
import { root, runNode } from "./run.mjs";

const directory = join(root, "bench");
const servers = join(directory, "servers");

/** @param {string} folder */
function filesOf(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => basename(file, ".ts"));
}

const all = filesOf(directory);
const names = process.argv.slice(2);
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`No benchmark is named ${unknown.join(", ")}. There are: ${all.join(", ")}.`);
  process.exit(1);
}
// The guard is a part of the others.
const selected = names.length > 0 ? names : all.filter((name) => name !== "guard");

// Inside the repository, so that packages are found. Each file is whole in itself, as a user's bundle would be.
const outdir = join(root, ".cache", "bench");
await build({
  entryPoints: [
    ...selected.map((name) => join(directory, `${name}.ts`)),
    ...filesOf(servers).map((name) => join(servers, `${name}.ts`)),
  ],
  outdir,
  outbase: directory,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  packages: "external",
  // The examples import the package by its name.
  alias: Object.fromEntries(
    ["client", "react", "server"]
      .map((entry) => [`meanwhile/${entry}`, join(root, "src", entry, "index.ts")])
      .concat([["meanwhile", join(root, "src", "index.ts")]]),
  ),
  target: "es2022",
  logLevel: "error",
});

// Only `open` needs the package as it is published: the example imports it.
if (selected.includes("open")) await ensureBuilt();
const chromium = findChromium();
const env = { NODE_ENV: "production", ...(chromium === undefined ? {} : { CHROMIUM_PATH: chromium }) };
let failed = 0;
for (const name of selected) {
  console.log(`\n# ${name}`);
  const code = await runNode(join(outdir, `${name}.mjs`), [], { env });
  if (code === 0) continue;
  console.error(`${name} ended with exit code ${code}.`);
  failed += 1;
}
process.exit(failed > 0 ? 1 : 0);
