import { readFile } from "node:fs/promises";
import { findStateFiles } from "./find-state-files.ts";
import type { SourceProblem } from "./source-error.ts";
import type { SourceModule } from "./source-module.ts";
import { readStateModule, type ExportedState, type StateModule } from "./state-module.ts";
import type { StatePattern } from "./state-pattern.ts";

/** Resolves a specifier to an absolute path without a query; undefined for what can't be found. */
export type Resolve = (specifier: string, importer: string) => Promise<string | undefined>;

/** The state modules of a project: where they are and what they declare, read again whenever their text has changed. */
export class StateModules {
  readonly pattern: StatePattern;
  readonly #root: string;
  readonly #read = new Map<string, { readonly code: string; readonly module: StateModule }>();
  #files: Promise<string[]> | undefined;

  constructor(root: string, pattern: StatePattern) {
    this.#root = root;
    this.pattern = pattern;
  }

  /** The project's state modules, by absolute path. */
  files(): Promise<string[]> {
    this.#files ??= findStateFiles(this.#root, this.pattern);
    return this.#files;
  }

  /** To be called when a state module was made or deleted. */
  forgetFiles(): void {
    this.#files = undefined;
  }

  /** @throws SourceError where the text can't be parsed. */
  async read(file: string, code?: string): Promise<StateModule> {
    code ??= await readFile(file, "utf8");
    const known = this.#read.get(file);
    if (known?.code === code) return known.module;
    const module = readStateModule(file, code, (specifier) => this.pattern.matchesSpecifier(specifier));
    this.#read.set(file, { code, module });
    return module;
  }

  /** The states that a file declares; none where it can't be read, which is told where it is compiled. */
  async statesOf(file: string): Promise<readonly ExportedState[]> {
    return (await this.#readIfPossible(file))?.states ?? [];
  }

  /** A file's text and tree; undefined where it can't be read. */
  async sourceOf(file: string): Promise<SourceModule | undefined> {
    return (await this.#readIfPossible(file))?.source;
  }

  async #readIfPossible(file: string): Promise<StateModule | undefined> {
    try {
      return await this.read(file);
    } catch {
      return undefined;
    }
  }

  /** What is wrong with a module by itself, or together with the others. */
  async problemsOf(module: StateModule): Promise<SourceProblem[]> {
    return [...module.problems, ...(await this.#duplicatesOf(module))];
  }

  async #duplicatesOf({ source: { file, code }, states }: StateModule): Promise<SourceProblem[]> {
    const problems: SourceProblem[] = [];
    const names = new Map<string, number>();
    for (const { stateName, offset } of states) {
      if ((names.get(stateName) ?? offset) !== offset)
        problems.push(this.#duplicate(stateName, file, { file, code, offset }));
      names.set(stateName, offset);
    }
    for (const other of await this.files()) {
      if (other === file) continue;
      for (const { stateName } of await this.statesOf(other)) {
        const offset = names.get(stateName);
        if (offset !== undefined) problems.push(this.#duplicate(stateName, other, { file, code, offset }));
      }
    }
    return problems;
  }

  #duplicate(stateName: string, other: string, place: Omit<SourceProblem, "message">): SourceProblem {
    const files = [place.file, other].sort().map((file) => this.relative(file));
    return {
      ...place,
      errorCode: "DUPLICATE_STATE",
      message:
        `Two state classes are named ${stateName}: one in ${files[0]}, one in ${files[1]}. ` +
        "States are known by their name everywhere; rename one of them.",
    };
  }

  /** A file's path as messages show it. */
  relative(file: string): string {
    return file.startsWith(`${this.#root}/`) ? file.slice(this.#root.length + 1) : file;
  }
}
