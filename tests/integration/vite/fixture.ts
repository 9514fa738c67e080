import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, readdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createBuilder, createServer, type InlineConfig, type ViteDevServer } from "vite";
import { meanwhile, type MeanwhileOptions } from "../../../src/vite/index.ts";

const repository = fileURLToPath(new URL("../../../", import.meta.url)).replace(/\/$/, "");

/** A project of a user's in a folder of its own, with the built package in its `node_modules`; the folder goes with it. */
export interface Fixture extends AsyncDisposable {
  readonly root: string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  remove(file: string): Promise<void>;
  read(file: string): Promise<string>;
  /** The text of every file below a folder, by path from the root; binary files as they come. */
  readAll(folder: string): Promise<Record<string, string>>;
  config(options?: MeanwhileOptions): InlineConfig;
  /** `vite build`. */
  build(options?: MeanwhileOptions, extra?: InlineConfig): Promise<void>;
  /** `vite`, on a free port. */
  dev(options?: MeanwhileOptions): Promise<DevServer>;
  /** `vite` as a process of its own, on a free port, with a `vite.config.js` that has the package's plugin. */
  devProcess(): Promise<ServerProcess>;
  /** `node dist/server/index.js`, on a free port. */
  serve(env?: Readonly<Record<string, string>>): Promise<ServerProcess>;
}

/** Vite's dev server, with what it wrote and sent. */
export interface DevServer extends AsyncDisposable {
  readonly vite: ViteDevServer;
  readonly url: string;
  /** What it said in the terminal, as it came. */
  readonly log: string[];
  /** What it sent to browsers over its own socket. */
  readonly sent: {
    readonly type: string;
    readonly path?: string;
    readonly triggeredBy?: string;
    readonly err?: { readonly message: string; readonly loc?: object; readonly frame?: string; readonly stack: string };
  }[];
  /** Writes a file and settles when Vite has seen that. */
  edit(file: string, text: string): Promise<void>;
  /** The text of a path, as a browser would get it. */
  get(path: string): Promise<string>;
  /** The names and values of the page's data block. */
  data(): Promise<Record<string, Record<string, unknown>>>;
}

/** A server as a process of its own. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  readonly process: ChildProcess;
  output(): string;
}

/** How long to wait for what a file watcher, or another process, brings about in its own time. */
export const PATIENCE = { timeout: 15_000, interval: 20 };

export const PAGE =
  '<!doctype html><html><head><title>x</title></head><body><div id="root"></div><script type="module" src="/src/main.ts"></script></body></html>';

/** Writes a project: `index.html` and `package.json` are there unless given. */
export async function fixture(files: Readonly<Record<string, string>>): Promise<Fixture> {
  const parent = join(repository, ".cache", "vite-fixtures");
  await mkdir(parent, { recursive: true });
  const root = await mkdtemp(join(parent, "project-"));
  const write: Fixture["write"] = async (texts) => {
    for (const [file, text] of Object.entries(texts)) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), text);
    }
  };
  await write({
    "index.html": PAGE,
    "package.json": '{ "name": "fixture", "private": true, "type": "module" }',
    ...files,
  });
  await mkdir(join(root, "node_modules"));
  await symlink(repository, join(root, "node_modules", "meanwhile"), "dir");
  const config: Fixture["config"] = (options) => ({
    root,
    configFile: false,
    logLevel: "silent",
    plugins: [meanwhile(options)],
  });
  return {
    root,
    write,
    config,
    remove: (file) => rm(join(root, file)),
    read: (file) => readFile(join(root, file), "utf8"),
    async readAll(folder) {
      const texts: Record<string, string> = {};
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
      for (const entry of entries) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile()) texts[path.slice(root.length + 1)] = await readFile(path, "utf8");
      }
      return texts;
    },
    async build(options, extra = {}) {
      const builder = await createBuilder({ ...config(options), ...extra }, null);
      await builder.buildApp();
    },
    dev: (options) => startDev({ ...config(options), cacheDir: join(root, ".vite") }),
    async devProcess() {
      await write({
        "vite.config.js": 'import { meanwhile } from "meanwhile/vite";\nexport default { plugins: [meanwhile()] };\n',
      });
      return startProcess(
        root,
        [join(repository, "node_modules", "vite", "bin", "vite.js"), "--port", "0", "--host", "127.0.0.1"],
        {},
      );
    },
    serve: (env) => startProcess(root, ["dist/server/index.js"], { PORT: "0", HOST: "127.0.0.1", ...env }),
    // Vite may still be writing its cache.
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 }),
  };
}

/** Settles when Vite has bundled dependencies for the browser; closed before, it would write them into a folder that has gone. */
export async function dependenciesBundled({ environments }: ViteDevServer): Promise<void> {
  const optimizer = environments.client.depsOptimizer;
  await optimizer?.scanProcessing;
  await Promise.all((optimizer?.metadata.depInfoList ?? []).map(({ processing }) => processing));
}

/** Vite's watcher drops what happens to a file within 50 ms of an earlier change: the file is touched until it says something. */
async function editSeen(vite: ViteDevServer, path: string, text: string): Promise<void> {
  // In one step, as many editors do: no one reads half a file.
  const whole = `${vite.config.root}.edit`;
  await writeFile(whole, text);
  await rename(whole, path);
  const { watcher } = vite;
  await new Promise<void>((resolve) => {
    const touch = setInterval(() => void utimes(path, new Date(), new Date()), 60);
    const see = (_: string, seen: string): void => {
      if (seen !== path) return;
      clearInterval(touch);
      watcher.off("all", see);
      resolve();
    };
    watcher.on("all", see);
  });
}

async function startDev(config: InlineConfig): Promise<DevServer> {
  const log: string[] = [];
  const say = (text: string): void => void log.push(text.replaceAll(/\u001b\[\d+m/g, ""));
  const vite = await createServer({
    ...config,
    server: { port: 0, watch: { usePolling: false } },
    customLogger: {
      info: say,
      warn: say,
      warnOnce: say,
      error: say,
      clearScreen: () => {},
      hasErrorLogged: () => false,
      hasWarned: false,
    },
  });
  const sent: DevServer["sent"] = [];
  const { hot } = vite.environments.client;
  const send = hot.send.bind(hot);
  hot.send = (...args: unknown[]) => {
    if (typeof args[0] === "object") sent.push(args[0] as DevServer["sent"][number]);
    Reflect.apply(send, hot, args);
  };
  await vite.listen();
  await dependenciesBundled(vite);
  const url = vite.resolvedUrls!.local[0]!.replace(/\/$/, "");
  const get = async (path: string): Promise<string> =>
    (await fetch(url + path, { headers: { accept: "text/html,*/*" } })).text();
  return {
    vite,
    url,
    log,
    sent,
    get,
    edit: (file, text) => editSeen(vite, join(vite.config.root, file), text),
    async data() {
      const json = /<script type="application\/json" id="meanwhile-data">(.*?)<\/script>/.exec(await get("/"))?.[1];
      const { states } = JSON.parse(json ?? '{"states":{}}') as {
        states: Record<string, { full: Record<string, unknown> }>;
      };
      return Object.fromEntries(Object.entries(states).map(([name, { full }]) => [name, full]));
    },
    [Symbol.asyncDispose]: () => vite.close(),
  };
}

async function startProcess(
  root: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  // What Vitest sets for its own must not tell another Vite how to behave.
  const { VITEST: _, NODE_ENV: __, ...inherited } = process.env;
  const child = spawn(process.execPath, command, { cwd: root, env: { ...inherited, ...env } });
  let output = "";
  const url = await new Promise<string>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      output += String(chunk).replaceAll(/\u001b\[\d+m/g, "");
      const found = /(?:Listening on|Local:|Network:) +(http\S+?)\/?\s/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("exit", (code) => reject(new Error(`The server ended with ${code}:\n${output}`)));
  });
  return {
    url,
    process: child,
    output: () => output,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
