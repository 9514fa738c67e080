import { parseSync } from "vite";

/** What the architecture test knows of one source file. */
export interface SourceFile {
  /** Its path within `src/`, with forward slashes. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly SourceImport[];
  /** Whether it has `export * from`. */
  readonly exportsAll: boolean;
  readonly exportsDefault: boolean;
  /** Exported declarations without a docstring. */
  readonly undocumented: readonly string[];
}

/** One module that a file names: in an import, a re-export, `import()` or an `import("...")` type. */
export interface SourceImport {
  readonly specifier: string;
  /** Whether nothing is taken from it, so that it is there for what it does. */
  readonly isForEffect: boolean;
  /** Whether it is erased when compiled: `import type`, `export type`, an `import("...")` type. */
  readonly isErased: boolean;
}

/** Stands for what an `import()` of a computed name imports. */
export const COMPUTED = "<computed import()>";

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** Reads one file's text. Throws on text that does not parse. */
export function readSource(path: string, text: string): SourceFile {
  const { program, comments, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new SyntaxError(`${path}: ${error.message}`);

  const imports: SourceImport[] = [];
  walk(program as unknown as Node, (node) => {
    const specifier = moduleNamedBy(node);
    if (specifier === undefined) return;
    imports.push({
      specifier,
      isForEffect: node.type === "ImportDeclaration" && (node["specifiers"] as Node[]).length === 0,
      isErased: node.type === "TSImportType" || node["importKind"] === "type" || node["exportKind"] === "type",
    });
  });

  const body = program.body as unknown as Node[];
  const docstringEnds = comments
    .filter((comment) => comment.type === "Block" && comment.value.startsWith("*"))
    .map((comment) => comment.end);
  const isBlank = (gap: string): boolean => gap.replaceAll(/\/\/.*/g, "").trim() === "";
  return {
    path,
    lines: text.split("\n").length - (text.endsWith("\n") ? 1 : 0),
    imports,
    exportsAll: body.some((node) => node.type === "ExportAllDeclaration"),
    exportsDefault: body.some(exportsDefault),
    undocumented: undocumentedExports(body, (start) =>
      docstringEnds.some((end) => end <= start && isBlank(text.slice(end, start))),
    ),
  };
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof child === "object" && child !== null && "type" in child) walk(child as Node, visit);
    }
  }
}

function moduleNamedBy(node: Node): string | undefined {
  const literal = node["source"] as Node | null | undefined;
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
    case "TSImportType":
      return literal?.["value"] as string | undefined;
    case "ImportExpression":
      return typeof literal?.["value"] === "string" ? literal["value"] : COMPUTED;
    default:
      return undefined;
  }
}

function exportsDefault(node: Node): boolean {
  if (node.type === "ExportDefaultDeclaration" || node.type === "TSExportAssignment") return true;
  const specifiers = (node["specifiers"] ?? []) as { exported?: { name?: string; value?: string } }[];
  return (
    node.type === "ExportNamedDeclaration" &&
    specifiers.some(({ exported }) => exported?.name === "default" || exported?.value === "default")
  );
}

/** Overloads share the docstring of any of them; so do a type and a value of one name. */
function undocumentedExports(body: readonly Node[], hasDocstringBefore: (start: number) => boolean): string[] {
  const documented = new Map<string, boolean>();
  for (const node of body) {
    const declaration = node["declaration"] as Node | null | undefined;
    if (node.type !== "ExportNamedDeclaration" || declaration == null) continue;
    // Decorators may stand before `export`, and the docstring before them.
    const decorators = (declaration["decorators"] ?? []) as Node[];
    const start = Math.min(node.start, ...decorators.map((decorator) => decorator.start));
    for (const name of declaredNames(declaration)) {
      documented.set(name, documented.get(name) === true || hasDocstringBefore(start));
    }
  }
  return [...documented].filter(([, has]) => !has).map(([name]) => name);
}

function declaredNames(declaration: Node): string[] {
  const declared = (declaration["declarations"] ?? [declaration]) as { id?: { name?: string } | null }[];
  return declared.map(({ id }) => id?.name ?? "<pattern>");
}
