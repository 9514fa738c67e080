import { transform, type Message, type TransformFailure } from "esbuild";
import { Visitor } from "vite";
import { SourceError } from "./source-error.ts";
import { langOf, parseModule, type SourceModule } from "./source-module.ts";

/** A module in which decorators have become calls, with the map back to what was written. */
export interface LoweredModule {
  readonly code: string;
  readonly map: string;
}

/** Whether any class of the module carries a decorator. */
export function hasDecorators(module: SourceModule): boolean {
  let found = false;
  new Visitor({
    Decorator() {
      found = true;
    },
  }).visit(module.program);
  return found;
}

const MAYBE_DECORATED = /@\s*[\w$(]/;

/**
 * Turns decorators into calls that every Node runs: Vite's own compiler passes them through. Class names survive minifiers.
 * Undefined when the module has no decorators.
 *
 * @throws SourceError where the module can't be compiled.
 */
export async function lowerDecorators(file: string, code: string): Promise<LoweredModule | undefined> {
  if (!MAYBE_DECORATED.test(code) || !hasDecorators(parseModule(file, code))) return undefined;
  const lang = langOf(file);
  try {
    const lowered = await transform(code, {
      loader: lang,
      jsx: "preserve",
      target: "es2022",
      keepNames: true,
      sourcefile: file,
      sourcemap: "external",
      tsconfigRaw: { compilerOptions: { useDefineForClassFields: true, experimentalDecorators: false } },
      logLevel: "silent",
    });
    return { code: lowered.code, map: lowered.map };
  } catch (failure) {
    const message = (failure as Partial<TransformFailure>).errors?.[0];
    throw message === undefined ? failure : toSourceError(file, code, message);
  }
}

function toSourceError(file: string, code: string, { text, location }: Message): SourceError {
  if (location === null) return new SourceError({ file, code, offset: 0, message: text });
  const lines = code.split("\n").slice(0, location.line - 1);
  // esbuild counts columns in bytes of UTF-8.
  const column = Buffer.from(location.lineText).subarray(0, location.column).toString().length;
  return new SourceError({
    file,
    code,
    offset: lines.join("\n").length + (lines.length > 0 ? 1 : 0) + column,
    message: text,
  });
}
