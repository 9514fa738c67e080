// Builds the package if it is missing or stale, then an example (examples/my-task, or the one named), and serves it.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt } from "./build.mjs";
import { commandOf, root, runNode } from "./run.mjs";

const example = join(root, "examples", process.argv[2] ?? "my-task");
if (!existsSync(example)) {
  console.error(`There is no example in ${example}.`);
  process.exit(1);
}

await ensureBuilt();
const code = await runNode(commandOf("vite"), ["build", "--logLevel", "warn"], { cwd: example });
if (code !== 0) process.exit(code);

// The server prints its address itself; PORT and HOST are passed on.
/** @type {{ scripts: { start: string } }} */
const { scripts } = JSON.parse(readFileSync(join(example, "package.json"), "utf8"));
const server = spawn(process.execPath, scripts.start.split(" ").slice(1), {
  cwd: example,
  env: { NODE_ENV: "production", ...process.env },
  stdio: "inherit",
});
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) process.on(signal, () => server.kill(signal));
server.on("exit", (exitCode, signal) => process.exit(exitCode ?? (signal === null ? 1 : 0)));
