/** The headings of the error reference that a source file's mistake can belong under. */
export type SourceErrorCode = "STATE_DEFINITION" | "DUPLICATE_STATE" | "SERVER_ONLY";

/** What is wrong, and where in which source text. */
export interface SourceProblem {
  /** Absolute path of the source file. */
  readonly file: string;
  /** The file's text, for the frame. */
  readonly code: string;
  /** Where in `code`, in UTF-16 units. */
  readonly offset: number;
  readonly message: string;
  /** None for what a compiler says. */
  readonly errorCode?: SourceErrorCode;
}

/** A place as editors count: lines from 1, columns from 0. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A mistake in a source file, in the shape that Vite's terminal and overlay read: `id`, `loc` and `frame` point at it. */
export class SourceError extends Error {
  override readonly name = "SourceError";
  readonly id: string;
  readonly loc: Place;
  readonly frame: string;
  readonly pluginCode: SourceErrorCode | undefined;
  readonly plugin = "meanwhile";

  constructor(problem: SourceProblem) {
    super(problem.message);
    this.id = problem.file;
    this.loc = placeOf(problem.file, problem.code, problem.offset);
    this.frame = codeFrame(problem.code, this.loc);
    this.pluginCode = problem.errorCode;
    // Where the plugin found it helps nobody; where it is does.
    this.stack = `${this.name}: ${this.message}\n    at ${this.loc.file}:${this.loc.line}:${this.loc.column + 1}`;
  }
}

/** The line and column of an offset. */
export function placeOf(file: string, code: string, offset: number): Place {
  const before = code.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { file, line: before.split("\n").length, column: offset - lineStart };
}

const CONTEXT_LINES = 2;

/** The lines around a place, numbered, with a caret under the column. */
export function codeFrame(code: string, { line, column }: Pick<Place, "line" | "column">): string {
  const lines = code.split(/\r?\n/);
  const first = Math.max(1, line - CONTEXT_LINES);
  const last = Math.min(lines.length, line + CONTEXT_LINES);
  const width = String(last).length;
  const frame: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const text = lines[number - 1] ?? "";
    frame.push(`${String(number).padEnd(width)} | ${text}`);
    if (number === line) frame.push(`${" ".repeat(width)} | ${text.slice(0, column).replace(/[^\t]/g, " ")}^`);
  }
  return frame.join("\n");
}
