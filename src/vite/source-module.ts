import { parseSync, type ParseResult } from "vite";
import { SourceError } from "./source-error.ts";

/** A module's text with its syntax tree and its imports and exports. */
export interface SourceModule extends Pick<ParseResult, "program" | "module"> {
  /** Absolute path. */
  readonly file: string;
  readonly code: string;
}

type Lang = "js" | "jsx" | "ts" | "tsx";

/** The dialect that a file's name says it is written in; JavaScript with JSX where the name says nothing. */
export function langOf(file: string): Lang {
  const extension = /\.[cm]?([jt]sx?)$/.exec(file)?.[1] ?? "jsx";
  return extension === "js" ? "jsx" : (extension as Lang);
}

/** @throws SourceError with the place of the first syntax error. */
export function parseModule(file: string, code: string, lang: Lang = langOf(file)): SourceModule {
  const { program, module, errors } = parseSync(file, code, { lang, sourceType: "module" });
  const first = errors.find((error) => error.severity === "Error");
  if (first !== undefined) {
    throw new SourceError({ file, code, offset: first.labels[0]?.start ?? 0, message: first.message });
  }
  return { file, code, program, module };
}
