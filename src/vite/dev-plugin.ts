import type { Plugin } from "vite";
import { browserExportsOf, type BrowserExports } from "./browser-exports.ts";
import { DevApp } from "./dev-app.ts";
import { makeStub } from "./make-stub.ts";
import type { Project } from "./project.ts";

/** Runs the app in Vite's dev server, and takes edits into it without losing what sessions hold. */
export function devPlugin(project: Project): Plugin {
  let dev: DevApp | undefined;
  const served = new Map<string, BrowserExports>();
  const resolve = async (specifier: string, importer: string): Promise<string | undefined> =>
    (await project.resolveForBrowser(specifier, importer)) ?? undefined;

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
  };
}
