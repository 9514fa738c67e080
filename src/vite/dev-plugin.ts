import type { DevEnvironment, EnvironmentModuleNode, HotUpdateOptions, Plugin } from "vite";
import { browserExportsOf, type BrowserExports } from "./browser-exports.ts";
import { DevApp, type Edit } from "./dev-app.ts";
import { resolveWith, type Project } from "./project.ts";

/** Runs the app in Vite's dev server, and takes edits into it without losing what sessions hold. */
export function devPlugin(project: Project): Plugin {
  let dev: DevApp | undefined;
  return {
    name: "meanwhile:dev",
    apply: "serve",
    configureServer(server) {
      if (project.isTest) return;
      dev = new DevApp(server, project);
    },
    // Before Vite listens, so that a page of an earlier run finds the app when it comes back.
    async buildStart() {
      await dev?.start();
    },
    async buildEnd() {
      await dev?.close();
    },
    transformIndexHtml: {
      order: "post",
      handler: async (html) => dev?.injectHtml(html),
    },
    async hotUpdate(change) {
      if (dev === undefined) return undefined;
      const text = await textOf(change);
      if (this.environment.name === "ssr") return (await dev.update({ ...change, text })) ? [] : undefined;
      if (this.environment.name !== "client" || !project.pattern.matchesFile(change.file)) return undefined;
      return updateStub({ ...change, text }, this.environment, project);
    },
  };
}

/** A file's text once it is written: editors empty a file first, and Vite's `read` waits that out. */
async function textOf({ type, read }: HotUpdateOptions): Promise<string | undefined> {
  if (type === "delete") return undefined;
  try {
    return await read();
  } catch {
    // It has gone again.
    return undefined;
  }
}

/**
 * What the page has to load again when a state module was edited: mostly nothing, since its reference carries names only. A name that has gone makes
 * the modules that import it compile again, so that the import is refused.
 */
async function updateStub(
  { file, text, modules }: Edit,
  environment: DevEnvironment,
  project: Project,
): Promise<EnvironmentModuleNode[] | undefined> {
  const before = project.served.get(file);
  if (before === undefined) return undefined;
  const resolve = resolveWith({
    resolve: (specifier, importer) => environment.pluginContainer.resolveId(specifier, importer),
  });
  const after = await browserExportsOf(file, project.modules, resolve, text).catch(() => undefined);
  // The server side tells what is wrong with it.
  if (after === undefined || isSame(before, after)) return [];
  project.served.set(file, after);
  if ([...before.states].every(([exportName, stateName]) => after.states.get(exportName) === stateName))
    return undefined;
  for (const module of modules) {
    for (const importer of module.importers) environment.moduleGraph.invalidateModule(importer);
  }
  environment.hot.send({ type: "full-reload" });
  return [];
}

function isSame(before: BrowserExports, after: BrowserExports): boolean {
  return (
    before.states.size === after.states.size &&
    before.serverOnly.size === after.serverOnly.size &&
    [...before.states].every(([exportName, stateName]) => after.states.get(exportName) === stateName) &&
    [...before.serverOnly].every((name) => after.serverOnly.has(name))
  );
}
