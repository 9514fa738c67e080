import { createRequire } from "node:module";
import { join } from "node:path";
import type { EnvironmentOptions, Plugin, UserConfig } from "vite";
import { makeStub } from "./make-stub.ts";
import type { Project } from "./project.ts";
import type { StatePattern } from "./state-pattern.ts";
import { VIRTUAL } from "./virtual-modules.ts";

/** Sets Vite up for two bundles and one copy of the package on each side. */
export function configPlugin(project: Project): Plugin {
  return {
    name: "meanwhile:config",
    config: (config) => ({
      builder: config.builder ?? {},
      environments: { client: clientOptions(config), ssr: serverOptions(config) },
      // Found one by one, the client would be there twice at the first load.
      optimizeDeps: {
        include: ["meanwhile/client", ...(hasReact(config.root ?? process.cwd()) ? ["meanwhile/react"] : [])],
        rolldownOptions: { plugins: [scanStubs(project.pattern)] },
      },
    }),
    configResolved: (config) => project.configure(config),
  };
}

function outDir(config: UserConfig): string {
  return config.build?.outDir ?? "dist";
}

function clientOptions(config: UserConfig): EnvironmentOptions {
  return { build: { outDir: config.environments?.["client"]?.build?.outDir ?? join(outDir(config), "client") } };
}

function serverOptions(config: UserConfig): EnvironmentOptions {
  const own = config.environments?.["ssr"]?.build;
  return {
    // A linked package would be bundled, and there would be two copies of State.
    resolve: { external: ["meanwhile"] },
    build: {
      outDir: own?.outDir ?? join(outDir(config), "server"),
      target: own?.target ?? "es2022",
      sourcemap: own?.sourcemap ?? true,
      copyPublicDir: false,
      rolldownOptions: {
        input: { index: VIRTUAL.main, app: VIRTUAL.app },
        // Beside app.js, so that what finds its way from its own address finds it.
        output: { chunkFileNames: "[name]-[hash].js" },
      },
    },
  };
}

function hasReact(root: string): boolean {
  try {
    createRequire(join(root, "package.json")).resolve("react");
    return true;
  } catch {
    return false;
  }
}

/** Keeps the search for dependencies out of state modules: what those import is the server's. */
function scanStubs(pattern: StatePattern) {
  const stub = makeStub({ states: new Map(), serverOnly: new Set() }, { isDev: false });
  return {
    name: "meanwhile:scan",
    load: (id: string) => (pattern.matchesFile(id) ? stub : undefined),
  };
}
