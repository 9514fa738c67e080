// Runs bench/<name>.ts for each name given, or all of them, one after the other.
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { commandOf, root, runNode } from "./run.mjs";

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
  const code = await runNode(commandOf("tsx"), [join(directory, `${name}.ts`)], { env: { NODE_ENV: "production" } });
  if (code !== 0) process.exit(code);
}
