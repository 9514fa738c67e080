import type { Plugin } from "vite";
import { browserExportsOf } from "./browser-exports.ts";
import { makeStub } from "./make-stub.ts";
import { resolveWith, type Project } from "./project.ts";
import { SourceError } from "./source-error.ts";
import { cleanId } from "./state-pattern.ts";

const MODULE_QUERY = /\?(?:[tv]=[^&]*|import)?(?:&(?:[tv]=[^&]*|import))*$/;

/**
 * Gives browser code references in place of state modules. It loads them rather than transforming what was loaded, so that nothing of their text
 * reaches a source map either.
 */
export function stubPlugin(project: Project): Plugin {
  return {
    name: "meanwhile:stub",
    enforce: "pre",
    load: {
      order: "pre",
      async handler(id) {
        if (!project.pattern.matchesFile(id) || !project.hidesStates(this.environment)) return undefined;
        const file = cleanId(id);
        if (id !== file && !MODULE_QUERY.test(id)) {
          this.error(
            `${project.modules.relative(file)} is a state module, which runs on the server only: browser code can't have its text (${id.slice(file.length)}).`,
          );
        }
        const isDev = this.environment.mode === "dev";
        const exports = await browserExportsOf(file, project.modules, resolveWith(this)).catch((error: unknown) => {
          // The old app goes on, and so does its page; the server side tells what is wrong.
          const last = isDev ? project.served.get(file) : undefined;
          if (last === undefined) throw error;
          return last;
        });
        // In development the server side reports these, once.
        if (isDev) project.served.set(file, exports);
        else await refuseProblems(file, project);
        return { code: makeStub(exports, { isDev }), moduleType: "js", map: { mappings: "" } };
      },
    },
  };
}

/** @throws SourceError for the first thing that is wrong with a state module. */
export async function refuseProblems(file: string, project: Project, code?: string): Promise<void> {
  const [problem] = await project.modules.problemsOf(await project.modules.read(file, code));
  if (problem !== undefined) throw new SourceError(problem);
}
