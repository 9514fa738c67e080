import type { Resolve, StateModules } from "./state-modules.ts";

/** What a state module offers to browser code. */
export interface BrowserExports {
  /** The exports that are states, by export name, to the states' names. */
  readonly states: ReadonlyMap<string, string>;
  /** The exports that only the server has. */
  readonly serverOnly: ReadonlySet<string>;
}

/**
 * Collects the exports of a state module, those included that it passes on from other state modules.
 *
 * @param text the module's text, where it was read already.
 */
export async function browserExportsOf(
  file: string,
  modules: StateModules,
  resolve: Resolve,
  text?: string,
  seen = new Set<string>(),
): Promise<BrowserExports> {
  seen.add(file);
  const module = await modules.read(file, text);
  const states = new Map(module.states.map(({ exportName, stateName }) => [exportName, stateName]));
  const serverOnly = new Set(module.serverOnly);
  for (const { specifier, names } of module.reexports) {
    const target = await resolve(specifier, file);
    const isKnown = target !== undefined && modules.pattern.matchesFile(target) && !seen.has(target);
    const from: BrowserExports = isKnown
      ? await browserExportsOf(target, modules, resolve, undefined, seen)
      : { states: new Map(), serverOnly: new Set() };
    const passed =
      names ??
      [...from.states.keys(), ...from.serverOnly]
        .filter((name) => name !== "default")
        .map((name) => ({ imported: name, exported: name }));
    for (const { imported, exported } of passed) {
      const stateName = from.states.get(imported);
      if (stateName === undefined) serverOnly.add(exported);
      else if (!states.has(exported)) states.set(exported, stateName);
    }
  }
  return { states, serverOnly };
}
