import type { Plugin } from "vite";
import { browserGuardPlugin } from "./browser-guard-plugin.ts";
import { buildPlugin } from "./build-plugin.ts";
import { configPlugin } from "./config-plugin.ts";
import { devPlugin } from "./dev-plugin.ts";
import type { MeanwhileOptions } from "./options.ts";
import { previewPlugin } from "./preview-plugin.ts";
import { Project } from "./project.ts";
import { serverCodePlugin } from "./server-code-plugin.ts";
import { stubPlugin } from "./stub-plugin.ts";

export type { MeanwhileOptions } from "./options.ts";

/**
 * The Vite plugin: `vite` runs the app beside the page and takes edits into both, `vite build` writes `dist/client` and `dist/server`, and
 * `node dist/server/index.js` serves them. Browser code gets references in place of state classes, and nothing else of their modules.
 *
 * Under Vitest state classes are real in every environment, with their decorators compiled, so that tests can use them.
 *
 * @example
 * ```ts
 * // vite.config.ts
 * export default { plugins: [react(), meanwhile()] };
 * ```
 */
export function meanwhile(options: MeanwhileOptions = {}): Plugin[] {
  const project = new Project(options);
  return [
    configPlugin(project),
    stubPlugin(project),
    serverCodePlugin(project),
    browserGuardPlugin(project),
    devPlugin(project),
    buildPlugin(project),
    previewPlugin(),
  ];
}
