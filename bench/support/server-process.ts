import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { nodeOn, SERVER_CORE } from "./cores.ts";
import type { Question, Reply } from "./serve.ts";

/** A server of `bench/servers`, in a process of its own on the servers' core. */
export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #id = 0;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#process = child;
    child.on("message", (reply: Reply) => {
      if ("port" in reply) return;
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ("error" in reply) waiting?.reject(new Error(reply.error));
      else waiting?.resolve(reply.value);
    });
    child.once("exit", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("The server has ended."));
    });
  }

  /** Starts `bench/servers/<name>.ts`, which scripts/bench.mjs has compiled. */
  static async start(name: string, nodeArgs: readonly string[] = []): Promise<ServerProcess> {
    const script = fileURLToPath(new URL(`servers/${name}.mjs`, import.meta.url));
    const profile = process.env["BENCH_PROFILE"];
    const profiling =
      profile === name ? ["--cpu-prof", "--cpu-prof-interval=500", "--cpu-prof-dir=.cache/bench/profiles"] : [];
    const [program, args] = nodeOn(SERVER_CORE, [...nodeArgs, ...profiling, script]);
    const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const port = await new Promise<number>((resolve, reject) => {
      child.once("message", (reply: Reply) => resolve("port" in reply ? reply.port : 0));
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`The server ${name} ended with exit code ${code}.`)));
    });
    return new ServerProcess(port, child);
  }

  /** Asks for a command of the server. */
  ask<T>(command: string, ...args: readonly unknown[]): Promise<T> {
    const id = (this.#id += 1);
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#process.send({ id, command, args } satisfies Question);
    });
  }

  /** CPU time of the server so far, in ms: what else runs on its core does not count. */
  cpuMs(): Promise<number> {
    return this.ask<number>("cpu");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.disconnect();
    await ended;
  }
}
