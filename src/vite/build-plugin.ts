import { resolve } from "node:path";
import type { Plugin, ResolvedConfig } from "vite";
import type { Project } from "./project.ts";
import { findServerCycle, serverCycleMessage } from "./server-cycle.ts";
import { appModule, clientDirFrom, mainModule, statesModule, VIRTUAL, virtualId } from "./virtual-modules.ts";

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
      filter: { id: /^virtual:meanwhile\// },
      handler: (source) => virtualId(source),
    },
    load: {
      filter: { id: /^\0virtual:meanwhile\// },
      handler(id) {
        if (id === virtualId(VIRTUAL.states)) return statesModule(project);
        if (id === virtualId(VIRTUAL.main)) return mainModule();
        return appModule(project, this.environment.mode === "build" ? builtClientDir(project.config) : undefined);
      },
    },
    buildEnd(error) {
      if (error !== undefined || this.environment.mode !== "build" || this.environment.config.consumer === "client") return;
      const { entry, pattern, modules } = project;
      if (entry === undefined) return;
      const files = [...this.getModuleIds()].filter((id) => pattern.matchesFile(id));
      const path = findServerCycle(files, entry, { importsOf: (id) => this.getModuleInfo(id)?.importedIds ?? [] });
      if (path !== undefined) this.error(serverCycleMessage(path.map((file) => modules.relative(file))));
    },
  };
}

function builtClientDir(config: ResolvedConfig): string {
  const folderOf = (name: string): string => resolve(config.root, config.environments[name]!.build.outDir);
  return clientDirFrom(folderOf("ssr"), folderOf("client"));
}
