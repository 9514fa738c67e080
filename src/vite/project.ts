import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { normalizePath, type Environment, type ResolvedConfig } from "vite";
import type { BrowserExports } from "./browser-exports.ts";
import type { MeanwhileOptions } from "./options.ts";
import { StateModules, type Resolve } from "./state-modules.ts";
import { cleanId, StatePattern } from "./state-pattern.ts";

/** The project that a plugin works for: its options, once Vite's configuration is known. */
export class Project {
  readonly options: MeanwhileOptions;
  readonly pattern: StatePattern;
  /** What the browser was last given of each state module, by file; in development. */
  readonly served: Map<string, BrowserExports> = new Map();
  #config: ResolvedConfig | undefined;
  #modules: StateModules | undefined;

  constructor(options: MeanwhileOptions) {
    this.options = options;
    this.pattern = new StatePattern(options.pattern);
  }

  /** To be called once, with the final configuration. */
  configure(config: ResolvedConfig): void {
    this.#config = config;
    this.#modules = new StateModules(config.root, this.pattern);
  }

  get config(): ResolvedConfig {
    return this.#config!;
  }

  get modules(): StateModules {
    return this.#modules!;
  }

  /** Whether Vitest runs the project: there state classes are real in every environment, so that tests can use them. */
  get isTest(): boolean {
    return this.config.plugins.some(({ name }) => name === "vitest" || name.startsWith("vitest:"));
  }

  /** Whether code of an environment gets references in place of state classes. */
  hidesStates(environment: Environment): boolean {
    return environment.config.consumer === "client" && !this.isTest;
  }

  /**
   * The absolute path of the project's own server entry, if it has one. A `src/server.ts` that does not mention the package is some other server: it must
   * not be run.
   */
  get entry(): string | undefined {
    const { entry } = this.options;
    if (entry === false) return undefined;
    const path = normalizePath(resolve(this.config.root, entry ?? "src/server.ts"));
    if (entry !== undefined) return path;
    return existsSync(path) && /["']meanwhile\/server["']/.test(readFileSync(path, "utf8")) ? path : undefined;
  }
}

interface Resolver {
  resolve(specifier: string, importer: string): Promise<{ readonly id: string; readonly external?: unknown } | null>;
}

/** A plugin context's resolution, giving files only. */
export function resolveWith(context: Resolver): Resolve {
  return async (specifier, importer) => {
    const resolved = await context.resolve(specifier, importer);
    return resolved === null || (resolved.external ?? false) !== false ? undefined : cleanId(resolved.id);
  };
}
