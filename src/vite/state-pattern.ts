/** What a state module's file name ends with, unless the plugin is told otherwise. */
export const DEFAULT_PATTERN: RegExp = /\.state\.[cm]?[jt]sx?$/;

/** Tells state modules by their names. */
export class StatePattern {
  /** Whether every state module's name holds ".state", so that most imports need not be resolved. */
  readonly isDefault: boolean;
  readonly #pattern: RegExp;

  constructor(pattern: RegExp = DEFAULT_PATTERN) {
    this.isDefault = pattern.source === DEFAULT_PATTERN.source;
    // A global expression would remember where it stopped.
    this.#pattern = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ""));
  }

  /** Whether a resolved id, with or without a query, is a state module of the project. */
  matchesFile(id: string): boolean {
    return !id.startsWith("\0") && !id.includes("/node_modules/") && this.#pattern.test(cleanId(id));
  }

  /** Whether an import, as written, with or without its extension, is of a state module. A guess where aliases rename files. */
  matchesSpecifier(specifier: string): boolean {
    const clean = cleanId(specifier);
    return this.#pattern.test(clean) || this.#pattern.test(`${clean}.ts`) || this.#pattern.test(`${clean}.js`);
  }
}

/** An id without its query. */
export function cleanId(id: string): string {
  return id.replace(/[?#].*$/, "");
}
