// Runs bench/<name>.ts for each name given, or all of them, one after the other: compiled first, as the published package is. What tsx adds to
// each function (its name) would be measured too.
import { build } from "esbuild";
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { root, runNode } from "./run.mjs";

const directory = join(root, "bench");
const all = existsSync(directory)
  ? readdirSync(directory)
      .filter((file) => file.endsWith(".ts"))
      .map((file) => basename(file, ".ts"))
  : [];
const names = process.argv.slice(2);
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`No benchmark is named ${unknown.join(", ")}. There are: ${all.join(", ")}.`);
  process.exit(1);
}

for (const name of names.length > 0 ? names : all) {
  console.log(`\n# ${name}\n`);
  // Inside the repository, so that packages are found.
  const outfile = join(root, ".cache", "bench", `${name}.mjs`);
  await build({
    entryPoints: [join(directory, `${name}.ts`)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    target: "es2022",
    logLevel: "error",
  });
  const code = await runNode(outfile, [], { env: { NODE_ENV: "production" } });
  if (code !== 0) process.exit(code);
}
