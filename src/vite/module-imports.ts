import type { SourceModule } from "./source-module.ts";

/** What a local name of a module stands for: `imported` of the module `specifier`; `*` is the whole module. */
export interface ImportedName {
  readonly specifier: string;
  readonly imported: string;
}

/** The value imports of a module by their local names; types are left out. */
export function importsOf({ module }: SourceModule): ReadonlyMap<string, ImportedName> {
  const imports = new Map<string, ImportedName>();
  for (const { moduleRequest, entries } of module.staticImports) {
    for (const { importName, localName, isType } of entries) {
      if (isType) continue;
      imports.set(localName.value, { specifier: moduleRequest.value, imported: nameOf(importName) });
    }
  }
  return imports;
}

/** One name that a module takes from another, by an import or by passing it on in an export. */
export interface TakenName extends ImportedName {
  /** Where the name stands in the text. */
  readonly offset: number;
}

/** Every value that a module takes from others. An import for its side effects alone takes nothing, a dynamic one takes all. */
export function takenNames({ code, module }: SourceModule): TakenName[] {
  const taken: TakenName[] = [];
  for (const { moduleRequest, entries } of module.staticImports) {
    for (const { importName, localName, isType } of entries) {
      if (isType) continue;
      taken.push({
        specifier: moduleRequest.value,
        imported: nameOf(importName),
        offset: importName.start ?? localName.start,
      });
    }
  }
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, importName, isType, start } of entries) {
      if (isType || moduleRequest === null) continue;
      taken.push({ specifier: moduleRequest.value, imported: nameOf(importName), offset: importName.start ?? start });
    }
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = /^(["'`])(.*)\1$/.exec(code.slice(moduleRequest.start, moduleRequest.end));
    if (literal !== null) taken.push({ specifier: literal[2]!, imported: "*", offset: moduleRequest.start });
  }
  return taken;
}

function nameOf({ kind, name }: { readonly kind: string; readonly name?: string | null }): string {
  if (kind === "Default") return "default";
  return kind === "Name" ? (name ?? "*") : "*";
}
