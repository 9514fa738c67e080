import type { EnvironmentModuleNode, RunnableDevEnvironment } from "vite";

/** The modules that an edit is judged by. */
export interface ServerModules {
  readonly appModule: EnvironmentModuleNode | undefined;
  readonly statesModule: EnvironmentModuleNode | undefined;
  /** The project's own server entry, where it has one. */
  readonly entry: EnvironmentModuleNode | undefined;
  /** Whether only a new app will do whatever was edited. */
  readonly mustRestart: boolean;
  isStateModule(file: string): boolean;
}

/** What an edit reaches. */
export interface Reached {
  /** Some state class may be another now. */
  readonly states: boolean;
  /** The server's entry itself depends on it otherwise than through its states, so that only a new app will do. */
  readonly entry: boolean;
}

/**
 * Makes the runner evaluate edited modules and what imports them again, up to the state modules; all other modules (a database's connection) stay as
 * they are. The entry is evaluated again only if it depends on an edited module otherwise than through a state module: the states of the running app can
 * be replaced.
 */
export function invalidateImporters(
  edited: Iterable<EnvironmentModuleNode>,
  environment: RunnableDevEnvironment,
  known: ServerModules,
): Reached {
  const direct = importersOf(edited, (module) => isState(module, known));
  const viaStates = importersOf(direct.stoppedAt, (module) => module === known.entry || module === known.appModule);
  const entry = known.mustRestart || (known.entry !== undefined && direct.reached.has(known.entry));
  const states =
    direct.stoppedAt.size > 0 || (known.statesModule !== undefined && direct.reached.has(known.statesModule));
  if (!entry && !states) return { states, entry };
  const keep = entry ? new Set<EnvironmentModuleNode | undefined>() : new Set([known.entry, known.appModule]);
  for (const module of [...direct.reached, ...viaStates.reached, ...(entry ? [known.appModule, known.entry] : [])]) {
    if (module !== undefined && !keep.has(module)) invalidate(module, environment);
  }
  return { states, entry };
}

function isState(module: EnvironmentModuleNode, known: ServerModules): boolean {
  return module.id !== null && known.isStateModule(module.id);
}

/** All modules that import some of `start`, those included; the importers of a module that `isLast` says so of are not followed. */
function importersOf(start: Iterable<EnvironmentModuleNode>, isLast: (module: EnvironmentModuleNode) => boolean) {
  const first = new Set(start);
  const reached = new Set(first);
  const stoppedAt = new Set<EnvironmentModuleNode>();
  for (const module of reached) {
    if (isLast(module)) {
      stoppedAt.add(module);
      continue;
    }
    for (const importer of module.importers) reached.add(importer);
  }
  return { reached, stoppedAt };
}

function invalidate(module: EnvironmentModuleNode, { moduleGraph, runner }: RunnableDevEnvironment): void {
  moduleGraph.invalidateModule(module);
  const evaluated = module.id === null ? undefined : runner.evaluatedModules.getModuleById(module.id);
  if (evaluated !== undefined) runner.evaluatedModules.invalidateModule(evaluated);
}
