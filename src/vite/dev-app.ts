import type { Server } from "node:http";
import {
  isRunnableDevEnvironment,
  type EnvironmentModuleNode,
  type RunnableDevEnvironment,
  type ViteDevServer,
} from "vite";
import type { App } from "../server/index.ts";
import { placeStateError } from "./place-state-error.ts";
import type { Project } from "./project.ts";
import { overlayScript, reportError, toOverlayError, type OverlayError } from "./report-error.ts";
import { invalidateImporters } from "./invalidate-importers.ts";
import { findServerCycle, serverCycleMessage } from "./server-cycle.ts";
import { VIRTUAL, virtualId } from "./virtual-modules.ts";

interface StatesModule {
  readonly states: Parameters<App["replaceStates"]>[0];
  readonly sources: Readonly<Record<string, string>>;
}

/** A file of the project that was made, changed or deleted, with its modules in the server's graph. */
export interface Edit {
  readonly type: "create" | "update" | "delete";
  readonly file: string;
  /** Undefined for one that has gone. */
  readonly text: string | undefined;
  readonly modules: readonly EnvironmentModuleNode[];
}

/**
 * The project's app inside Vite's dev server. `starting` until the first load has succeeded or failed; then it runs, or it waits for an edit that
 * makes it load. A reload that fails leaves the old app as it is, with its error shown until one succeeds.
 */
export class DevApp {
  readonly #server: ViteDevServer;
  readonly #project: Project;
  readonly #environment: RunnableDevEnvironment;
  /** Undefined before the first load that succeeded, and after `close`. */
  #app: App | undefined;
  /** The project's own server entry at the last load: one can be made, and deleted. */
  #entry: string | undefined;
  /** Settles when the app before this one has closed. */
  #previous: Promise<void> | undefined;
  /** Why the last load failed; undefined while what runs is what was written. */
  #error: OverlayError | undefined;
  /** Loads and reloads, one after the other. */
  #work: Promise<void> = Promise.resolve();
  /** What was edited since the last load that succeeded. */
  #unsettled: ReadonlySet<EnvironmentModuleNode> = new Set();
  /** The texts of the files that were edited, as they were last taken in. */
  readonly #taken = new Map<string, string>();
  #isClosed = false;

  constructor(server: ViteDevServer, project: Project) {
    const environment = server.environments.ssr;
    if (environment === undefined || !isRunnableDevEnvironment(environment)) {
      throw new Error(
        "meanwhile runs the app in Vite's `ssr` environment, which another plugin has replaced by one that runs elsewhere.",
      );
    }
    this.#server = server;
    this.#project = project;
    this.#environment = environment;
  }

  /** Settles when the app is up or its error was reported; never rejects. */
  start(): Promise<void> {
    return this.#enqueue("The app does not start:", () => this.#load());
  }

  /** Puts the states' initial values into a page, and the error that keeps the app from running as it was written. */
  async injectHtml(html: string): Promise<string> {
    await this.#work;
    const injected = this.#app?.injectHtml(html) ?? html;
    if (this.#error === undefined) return injected;
    const script = overlayScript(this.#error, this.#server.config.base);
    return injected.includes("</body>") ? injected.replace("</body>", () => `${script}</body>`) : injected + script;
  }

  /** Takes an edit in, if it concerns the app. Gives whether it did. */
  async update({ type, file, text, modules }: Edit): Promise<boolean> {
    await this.#idle();
    // One save can be seen as several.
    if (this.#error === undefined && text !== undefined && this.#taken.get(file) === text) return true;
    const { entry } = this.#project;
    const mustRestart = entry !== this.#entry;
    const isAnswer = type === "create" && this.#error !== undefined;
    if (modules.length === 0 && !isAnswer && !mustRestart && !this.#project.pattern.matchesFile(file)) return false;
    const edited = new Set([...modules, ...this.#unsettled]);
    if (this.#project.pattern.matchesFile(file)) {
      if (type !== "update") this.#project.modules.forgetFiles();
      // Which states a module declares is written there.
      this.#add(edited, VIRTUAL.states);
    }
    const isCold = this.#app === undefined;
    const reached = invalidateImporters(edited, this.#environment, {
      appModule: this.#moduleById(virtualId(VIRTUAL.app)),
      statesModule: this.#moduleById(virtualId(VIRTUAL.states)),
      entry: entry === undefined ? undefined : this.#moduleById(entry),
      mustRestart,
      isStateModule: (id) => this.#project.pattern.matchesFile(id),
    });
    if (!reached.states && !reached.entry && !isCold) return false;
    if (isCold) this.#forgetAll();
    await this.#enqueue("The change was not taken over; the app goes on as it was:", () =>
      reached.entry || this.#app === undefined ? this.#load() : this.#replaceStates(),
    );
    this.#unsettled = this.#error === undefined ? new Set() : edited;
    if (text === undefined) this.#taken.delete(file);
    else this.#taken.set(file, text);
    return true;
  }

  /** Closes the app with the dev server. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#work;
    await Promise.all([this.#app?.close(), this.#previous]);
    this.#app = undefined;
  }

  #enqueue(heading: string, work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(async () => {
      if (this.#isClosed) return;
      const [app, lastError] = [this.#app, this.#error];
      try {
        await work();
        this.#error = undefined;
      } catch (error) {
        this.#error = toOverlayError(await this.#explain(error), this.#server.config.root);
        if (!isSameError(this.#error, lastError)) reportError(this.#error, this.#server, heading);
        return;
      }
      // Takes the overlay away, and leaves an app that is no more.
      if (lastError !== undefined || (app !== undefined && app !== this.#app)) {
        this.#server.environments.client.hot.send({ type: "full-reload" });
      }
    });
    return this.#work;
  }

  /** Settles between two loads: what a load reads must not change under it. */
  async #idle(): Promise<void> {
    for (let seen: Promise<void> | undefined; seen !== this.#work;) {
      seen = this.#work;
      await seen;
    }
  }

  /** Makes the app and puts it in the place of the one that runs. */
  async #load(): Promise<void> {
    this.#entry = this.#project.entry;
    const previous = this.#app;
    const { app } = await this.#import<{ app: App }>(VIRTUAL.app);
    await this.#import(VIRTUAL.states);
    this.#refuseCycle();
    if (app === previous) return;
    // It leaves the server's socket path at once, and then lets its tasks end.
    this.#previous = previous?.close();
    this.#app = app;
    this.#attach(app);
  }

  async #replaceStates(): Promise<void> {
    const app = this.#app!;
    const { states, sources } = await this.#import<StatesModule>(VIRTUAL.states);
    this.#refuseCycle();
    const registered = stateNamesOf(app);
    const isOwn = this.#project.entry !== undefined;
    app.replaceStates(isOwn ? states.filter(({ name }) => registered.has(name)) : states, sources);
    this.#server.config.logger.info("[meanwhile] states reloaded, sessions kept", { timestamp: true });
  }

  #attach(app: App): void {
    const { middlewareMode } = this.#server.config.server;
    const parent = typeof middlewareMode === "object" ? middlewareMode.server : undefined;
    const httpServer = this.#server.httpServer ?? parent;
    if (httpServer !== undefined && httpServer !== null) return app.attach(httpServer as Server);
    this.#server.config.logger.warn(
      "[meanwhile] Vite runs as a middleware and has no server to listen on: pass yours, { server: { middlewareMode: { server } } }, or call app.attach(server) yourself.",
    );
  }

  /** Nothing runs yet that could be kept: what failed to load must not be remembered. */
  #forgetAll(): void {
    this.#environment.moduleGraph.invalidateAll();
    this.#environment.runner.clearCache();
  }

  #import<Module = unknown>(url: string): Promise<Module> {
    return this.#environment.runner.import<Module>(url);
  }

  #moduleById(id: string): EnvironmentModuleNode | undefined {
    return this.#environment.moduleGraph.getModuleById(id);
  }

  #add(modules: Set<EnvironmentModuleNode>, name: string): void {
    const module = this.#moduleById(virtualId(name));
    if (module !== undefined) modules.add(module);
  }

  /** An error that comes of a circle is best explained by the circle, one about a class by its place. */
  async #explain(error: unknown): Promise<unknown> {
    try {
      this.#refuseCycle();
      return await placeStateError(error, this.#project.modules);
    } catch (cycle) {
      return cycle;
    }
  }

  #refuseCycle(): void {
    const { entry, pattern, modules } = this.#project;
    if (entry === undefined) return;
    const { moduleGraph } = this.#environment;
    const files = [...moduleGraph.idToModuleMap.keys()].filter((id) => pattern.matchesFile(id));
    const path = findServerCycle(files, entry, {
      importsOf: (id) => [...(moduleGraph.getModuleById(id)?.importedModules ?? [])].flatMap((each) => each.id ?? []),
    });
    if (path !== undefined) throw new Error(serverCycleMessage(path.map((file) => modules.relative(file))));
  }
}

function isSameError(error: OverlayError, other: OverlayError | undefined): boolean {
  return error.message === other?.message && JSON.stringify(error.loc) === JSON.stringify(other.loc);
}

/** The states that an app has; a project's own app need not have all that the project declares. */
function stateNamesOf(app: App): ReadonlySet<string> {
  const json = app.htmlData().replace(/^<script[^>]*>|<\/script>$/g, "");
  return new Set(Object.keys((JSON.parse(json) as { states: object }).states));
}
