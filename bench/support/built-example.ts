import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { nodeOn, SERVER_CORE } from "./cores.ts";

/** The server of an example, as `vite build` has made it, on the servers' core. scripts/bench.mjs has built the package. */
export class BuiltExample implements AsyncDisposable {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#process = child;
  }

  static async start(name: string): Promise<BuiltExample> {
    const cwd = join(process.cwd(), "examples", name);
    const vite = join(process.cwd(), "node_modules", "vite", "bin", "vite.js");
    const building = spawn(process.execPath, [vite, "build", "--logLevel", "error"], { cwd, stdio: "inherit" });
    const [code] = (await once(building, "exit")) as [number];
    if (code !== 0) throw new Error(`vite build of ${name} failed with exit code ${code}.`);
    const [program, args] = nodeOn(SERVER_CORE, ["dist/server/index.js"]);
    const env = { ...process.env, PORT: "0", HOST: "127.0.0.1" };
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
    const url = await new Promise<string>((resolve, reject) => {
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        const found = /http:\/\/[\w.]+:\d+/.exec(output)?.[0];
        if (found !== undefined) resolve(found);
      });
      child.once("exit", () => reject(new Error(`The server of ${name} has ended:\n${output}`)));
    });
    return new BuiltExample(url, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    await ended;
  }
}
