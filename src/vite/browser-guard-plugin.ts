import type { Plugin } from "vite";
import { checkBrowserImports } from "./check-browser-imports.ts";
import { resolveWith, type Project } from "./project.ts";
import { parseModule } from "./source-module.ts";
import { cleanId } from "./state-pattern.ts";

/**
 * Refuses imports that browser code can't have. It comes after the compilers, so that imports of types have gone, and before Vite rewrites specifiers
 * (which is why its hook has no order of its own).
 */
export function browserGuardPlugin(project: Project): Plugin {
  return {
    name: "meanwhile:browser-guard",
    enforce: "post",
    transform: {
      filter: { id: { exclude: /\/node_modules\/|^\0/ } },
      async handler(code, id) {
        if (!project.hidesStates(this.environment) || project.pattern.matchesFile(id)) return;
        if (project.pattern.isDefault && !code.includes(".state") && !code.includes("meanwhile")) return;
        if (
          /\.(?:css|scss|sass|less|styl|stylus|json|html|svg)(?:$|\?)/.test(id) ||
          !/\b(?:import|export)\b/.test(code)
        )
          return;
        await checkBrowserImports(parseModule(cleanId(id), code, "jsx"), project.modules, resolveWith(this));
      },
    },
  };
}
