import { transform } from "esbuild";
import type { Plugin } from "vite";

/** A line that begins with a decorator, or has `@event` anywhere: cheap, and right for everything but odd formatting. */
const MAY_HAVE_DECORATORS = /@event\b|^\s*@[A-Za-z_$]/m;

const TYPESCRIPT = /\.tsx?(?:\?|$)/;

/**
 * A Vite plugin that lowers decorators in TypeScript with esbuild: Vite's own transform passes them through, and no Node runs
 * them yet. Class and function names are kept, since states are known by their name.
 */
export function lowerDecorators(): Plugin {
  return {
    name: "meanwhile-tests:lower-decorators",
    enforce: "pre",
    transform: {
      filter: { id: TYPESCRIPT, code: MAY_HAVE_DECORATORS },
      async handler(code, id) {
        const file = id.replace(/\?.*$/, "");
        const lowered = await transform(code, {
          loader: file.endsWith("x") ? "tsx" : "ts",
          target: "es2022",
          keepNames: true,
          jsx: "automatic",
          sourcemap: true,
          sourcefile: file,
          tsconfigRaw: { compilerOptions: { useDefineForClassFields: true, verbatimModuleSyntax: true } },
        });
        return { code: lowered.code, map: lowered.map };
      },
    },
  };
}
