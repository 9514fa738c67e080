import type { Plugin } from "vite";
import type { Project } from "./project.ts";
import { findServerCycle, serverCycleMessage } from "./server-cycle.ts";
import { appModule, mainModule, serverModule, statesModule, VIRTUAL, virtualId } from "./virtual-modules.ts";

/** Gives the server its entry, and makes one `vite build` write both bundles. */
export function buildPlugin(project: Project): Plugin {
  return {
    name: "meanwhile:build",
    buildApp: {
      order: "post",
      async handler({ environments, build }) {
        for (const environment of [environments["client"], environments["ssr"]]) {
          if (environment !== undefined && !environment.isBuilt) await build(environment);
        }
      },
    },
    resolveId: {
      order: "pre",
      filter: { id: /^(?:virtual:meanwhile\/|meanwhile\/server$)/ },
      handler(source, importer) {
        if (source !== "meanwhile/server") return virtualId(source);
        const isBundled = this.environment.mode === "build" && this.environment.config.consumer === "server";
        return isBundled && importer !== virtualId(VIRTUAL.server) ? virtualId(VIRTUAL.server) : undefined;
      },
    },
    load: {
      filter: { id: /^\0virtual:meanwhile\// },
      handler(id) {
        switch (id) {
          case virtualId(VIRTUAL.states):
            return statesModule(project);
          case virtualId(VIRTUAL.app):
            return appModule(project);
          case virtualId(VIRTUAL.server):
            return serverModule(project.config);
          default:
            return mainModule();
        }
      },
    },
    buildEnd(error) {
      if (error !== undefined || this.environment.mode !== "build" || this.environment.config.consumer === "client")
        return;
      const { entry, pattern, modules } = project;
      if (entry === undefined) return;
      const files = [...this.getModuleIds()].filter((id) => pattern.matchesFile(id));
      const path = findServerCycle(files, entry, { importsOf: (id) => this.getModuleInfo(id)?.importedIds ?? [] });
      if (path !== undefined) this.error(serverCycleMessage(path.map((file) => modules.relative(file))));
    },
  };
}
