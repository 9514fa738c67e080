import type { Plugin } from "vite";
import { lowerDecorators } from "./lower-decorators.ts";
import type { Project } from "./project.ts";
import { cleanId } from "./state-pattern.ts";
import { refuseProblems } from "./stub-plugin.ts";

/** Checks state modules where they are compiled for the server, and turns decorators into what Node runs. */
export function serverCodePlugin(project: Project): Plugin {
  return {
    name: "meanwhile:server-code",
    enforce: "pre",
    transform: {
      order: "pre",
      filter: { id: { include: /\.[cm]?[jt]sx?(?:\?.*)?$/, exclude: /\/node_modules\// } },
      async handler(code, id) {
        if (this.environment.config.consumer === "client" && !project.isTest) return undefined;
        const file = cleanId(id);
        if (project.pattern.matchesFile(id)) await refuseProblems(file, project, code);
        return lowerDecorators(file, code);
      },
    },
  };
}
