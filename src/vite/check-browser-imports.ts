import { readFile } from "node:fs/promises";
import { browserExportsOf, type BrowserExports } from "./browser-exports.ts";
import { isFramework } from "./class-lineage.ts";
import { takenNames, type TakenName } from "./module-imports.ts";
import { SourceError } from "./source-error.ts";
import { parseModule, type SourceModule } from "./source-module.ts";
import type { Resolve, StateModules } from "./state-modules.ts";

const SERVER_NAMES: ReadonlySet<string> = new Set(["State", "event", "*"]);

/**
 * Refuses what browser code can't have of the server's modules.
 *
 * @param compiled the module as the browser gets it, so that imports of types are gone.
 * @throws SourceError for the first import that can't be, with its place in the file as it was written.
 */
export async function checkBrowserImports(
  compiled: SourceModule,
  modules: StateModules,
  resolve: Resolve,
): Promise<void> {
  for (const taken of takenNames(compiled)) {
    const message = await refusalOf(taken, compiled.file, modules, resolve);
    if (message !== undefined) {
      throw new SourceError({ ...(await placeAsWritten(compiled, taken)), errorCode: "SERVER_ONLY", message });
    }
  }
}

async function refusalOf(
  taken: TakenName,
  file: string,
  modules: StateModules,
  resolve: Resolve,
): Promise<string | undefined> {
  const { specifier, imported } = taken;
  const where = modules.relative(file);
  if (isFramework(specifier)) return frameworkRefusal(taken, where);
  if (specifier.startsWith("\0") || specifier.startsWith("node:")) return undefined;
  if (modules.pattern.isDefault && !specifier.includes(".state")) return undefined;
  const target = await resolve(specifier, file);
  if (target === undefined || !modules.pattern.matchesFile(target)) return undefined;
  if (/[?&](?:raw|url|inline|worker|sharedworker)\b/.test(specifier)) {
    return `${where} imports ${JSON.stringify(specifier)} in browser code: a state module runs on the server, and browser code can't have its text.`;
  }
  const exports = await exportsIfReadable(target, modules, resolve);
  if (exports === undefined) return undefined;
  const { states, serverOnly } = exports;
  const offered = [...states.keys()].join(", ") || "none here";
  if (imported === "*") {
    if (serverOnly.size === 0) return undefined;
    return (
      `${where} takes all of ${JSON.stringify(specifier)} into browser code, which has exports that only the server has (${[...serverOnly].join(", ")}). ` +
      `Name the state classes that you need: ${offered}.`
    );
  }
  if (states.has(imported)) return undefined;
  return (
    `${where} imports ${JSON.stringify(imported)} from ${JSON.stringify(specifier)} in browser code, and it is not a state class. ` +
    `A state module runs on the server; browser code gets references to its state classes (${offered}) and nothing else. ` +
    `Move ${imported === "default" ? "it" : imported} to a module that both sides import, or, if it is a type, use \`import type\`.`
  );
}

/** A state module that can't be parsed is told of where it is loaded, not where it is imported. */
async function exportsIfReadable(
  file: string,
  modules: StateModules,
  resolve: Resolve,
): Promise<BrowserExports | undefined> {
  try {
    return await browserExportsOf(file, modules, resolve);
  } catch (error) {
    if (error instanceof SourceError) return undefined;
    throw error;
  }
}

function frameworkRefusal({ specifier, imported }: TakenName, where: string): string | undefined {
  if (specifier === "meanwhile/server") {
    return `${where} imports ${JSON.stringify(specifier)} in browser code, where there is no server. Use it in src/server.ts or in state modules.`;
  }
  if (!SERVER_NAMES.has(imported)) return undefined;
  const what = imported === "*" ? "all of" : `${JSON.stringify(imported)} from`;
  return (
    `${where} imports ${what} ${JSON.stringify(specifier)} in browser code. State classes run on the server: ` +
    "put this one in a module whose name ends with .state.ts, and import it from there; browser code then gets a reference to it. " +
    "What a page needs is in meanwhile/react and meanwhile/client."
  );
}

/** Finds an import in the file as it was written; compiled text has other lines. */
async function placeAsWritten({ file, code }: SourceModule, { specifier, imported, offset }: TakenName) {
  const written = await readFile(file, "utf8").catch(() => undefined);
  if (written === undefined) return { file, code, offset };
  try {
    const names = takenNames(parseModule(file, written)).filter((each) => each.specifier === specifier);
    const found = names.find((each) => each.imported === imported) ?? names[0];
    if (found !== undefined) return { file, code: written, offset: found.offset };
  } catch {
    // Not JavaScript as it stands (a Vue or Svelte file): its text will do.
  }
  return { file, code: written, offset: Math.max(0, written.indexOf(specifier)) };
}
