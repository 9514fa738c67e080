import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { recordOutbound } from "../support/canary.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A server of an example (a folder's path from `examples/`), in a process of its own, as a user starts it. */
export class ExampleServer {
  readonly url: string;
  /** What it has printed so far. */
  output: string;
  readonly #process: ChildProcess;

  private constructor(url: string, output: string, child: ChildProcess) {
    this.url = url;
    this.output = output;
    this.#process = child;
  }

  /** `vite` in the example's folder. */
  static dev(example: string): Promise<ExampleServer> {
    return ExampleServer.#start(example, [
      `${root}node_modules/vite/bin/vite.js`,
      "--port",
      "0",
      "--host",
      "127.0.0.1",
    ]);
  }

  /** `vite build`, then what it has built. */
  static async built(example: string, main?: string): Promise<ExampleServer> {
    await ExampleServer.build(example);
    return ExampleServer.serve(example, main);
  }

  /** `vite build`. */
  static async build(example: string): Promise<void> {
    const build = spawn(process.execPath, [`${root}node_modules/vite/bin/vite.js`, "build"], {
      cwd: `${root}examples/${example}`,
      stdio: "ignore",
      env: cleanEnv(),
    });
    const [code] = (await once(build, "exit")) as [number];
    if (code !== 0) throw new Error(`vite build of ${example} failed with exit code ${code}.`);
  }

  /** What was built; `main` is for an example with a server of its own. */
  static serve(example: string, main = "dist/server/index.js"): Promise<ExampleServer> {
    return ExampleServer.#start(example, [main]);
  }

  static async #start(example: string, args: string[]): Promise<ExampleServer> {
    const child = spawn(process.execPath, args, {
      cwd: `${root}examples/${example}`,
      env: { ...cleanEnv(), PORT: "0", HOST: "127.0.0.1", NO_COLOR: "1" },
    });
    let output = "";
    const started: { server?: ExampleServer } = {};
    const url = await new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
        recordOutbound("log", chunk.toString());
        if (started.server !== undefined) started.server.output = output;
        // What comes after it shows that the number is whole.
        const found = /http:\/\/[\w.]+:\d+(?=\D)/.exec(output)?.[0];
        if (found !== undefined) resolve(found);
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.once("exit", (code) =>
        reject(new Error(`The server ended with exit code ${code} before it printed its address:\n${output}`)),
      );
    });
    started.server = new ExampleServer(url, output, child);
    return started.server;
  }

  /** Asks it to stop (or kills it, with SIGKILL), and gives its exit code. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return exitCode;
    const ended = once(this.#process, "exit") as Promise<[number | null]>;
    this.#process.kill(signal);
    return (await ended)[0];
  }
}

/** The environment without what the test runner puts there: a server under test is not under test by its own account. */
function cleanEnv(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of Object.keys(env))
    if (name.startsWith("VITEST") || name === "NODE_ENV" || name === "TEST") delete env[name];
  return env;
}
