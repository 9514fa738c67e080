import type { ESTree } from "vite";
import { checkStateClass, hasEvents } from "./check-state-class.ts";
import { ClassLineage, type NamedClass } from "./class-lineage.ts";
import type { SourceProblem } from "./source-error.ts";
import { parseModule, type SourceModule } from "./source-module.ts";

/** A state class that a module exports. */
export interface ExportedState {
  /** The name of the export; `default` for a default export. */
  readonly exportName: string;
  /** The class's own name, which the state is known by everywhere. */
  readonly stateName: string;
  /** Where the class's name stands. */
  readonly offset: number;
}

/** What a module passes on from another. */
export interface Reexport {
  readonly specifier: string;
  /** Undefined for `export * from`. */
  readonly names: readonly { readonly imported: string; readonly exported: string }[] | undefined;
}

/** What one `*.state.ts` declares, read from its text alone: its code is never run for this. */
export interface StateModule {
  readonly source: SourceModule;
  readonly states: readonly ExportedState[];
  /** The names of exported values that are no state classes, which only the server has. */
  readonly serverOnly: ReadonlySet<string>;
  readonly reexports: readonly Reexport[];
  readonly problems: readonly SourceProblem[];
}

/**
 * Reads a state module. An exported class that is not abstract and extends something other than what its own module shows to be no state counts as
 * a state; where it was one only by appearance, the app leaves it out at run time.
 *
 * @throws SourceError where the text can't be parsed.
 */
export function readStateModule(
  file: string,
  code: string,
  isStateModule: (specifier: string) => boolean,
): StateModule {
  const source = parseModule(file, code);
  const lineage = new ClassLineage(source, isStateModule);
  const found = new ExportReader(lineage);
  for (const statement of source.program.body) found.read(statement);
  const problems = [
    ...found.anonymous,
    ...lineage.classes.filter((each) => isState(each, lineage)).flatMap((each) => checkStateClass(each, lineage)),
  ];
  return {
    source,
    states: found.states,
    serverOnly: found.serverOnly,
    reexports: found.reexports,
    problems: problems
      .toSorted((a, b) => a.offset - b.offset)
      .map((problem) => ({ ...problem, file, code, errorCode: "STATE_DEFINITION" as const })),
  };
}

/** Rules apply to what is a state for certain: an error class that extends another package's must not trip over them. */
function isState({ node }: NamedClass, lineage: ClassLineage): boolean {
  return node.declare !== true && (lineage.of(node) === "state" || hasEvents(node, lineage));
}

/** Collects a module's exports, statement by statement. */
class ExportReader {
  readonly states: ExportedState[] = [];
  readonly serverOnly = new Set<string>();
  readonly reexports: Reexport[] = [];
  readonly anonymous: { offset: number; message: string }[] = [];
  readonly #lineage: ClassLineage;

  constructor(lineage: ClassLineage) {
    this.#lineage = lineage;
  }

  read(statement: ESTree.Statement | ESTree.Directive): void {
    if (statement.type === "ExportDefaultDeclaration") this.#readDefault(statement);
    if (statement.type === "ExportAllDeclaration" && statement.exportKind !== "type") {
      if (statement.exported === null) this.reexports.push({ specifier: statement.source.value, names: undefined });
      else this.serverOnly.add(moduleExportName(statement.exported));
    }
    if (statement.type === "ExportNamedDeclaration" && statement.exportKind !== "type") this.#readNamed(statement);
  }

  #readDefault({ declaration }: ESTree.ExportDefaultDeclaration): void {
    const expression = declaration as ESTree.Expression | ESTree.Class;
    if (expression.type === "Identifier")
      return this.#add("default", this.#lineage.classNamed(expression.name), expression.name);
    if (expression.type !== "ClassDeclaration" && expression.type !== "ClassExpression") {
      // An interface is a type, whatever the rest.
      if ((declaration.type as string) !== "TSInterfaceDeclaration") this.serverOnly.add("default");
      return;
    }
    if (expression.id !== null) return this.#add("default", expression, expression.id.name);
    if (this.#lineage.of(expression) === "other" && !hasEvents(expression, this.#lineage))
      return void this.serverOnly.add("default");
    this.anonymous.push({
      offset: expression.start,
      message:
        "This state class has no name, and states are known by their name everywhere: write export default class MyState extends ...",
    });
  }

  #readNamed({ declaration, specifiers, source }: ESTree.ExportNamedDeclaration): void {
    if (source !== null) {
      const names = specifiers
        .filter((each) => each.exportKind !== "type")
        .map(({ local, exported }) => ({ imported: moduleExportName(local), exported: moduleExportName(exported) }));
      if (names.length > 0) this.reexports.push({ specifier: source.value, names });
      return;
    }
    for (const { local, exported, exportKind } of specifiers) {
      const name = moduleExportName(local);
      const imported = this.#lineage.imports.get(name);
      if (exportKind === "type") continue;
      // A name that stands for nothing is a type.
      if (imported === undefined && !this.#lineage.knows(name)) continue;
      if (imported === undefined) this.#add(moduleExportName(exported), this.#lineage.classNamed(name), name);
      else
        this.reexports.push({
          specifier: imported.specifier,
          names: [{ imported: imported.imported, exported: moduleExportName(exported) }],
        });
    }
    if (declaration !== null) this.#readDeclaration(declaration);
  }

  #readDeclaration(declaration: ESTree.Declaration): void {
    if ("declare" in declaration && declaration.declare) return;
    if (declaration.type === "ClassDeclaration") {
      if (declaration.id !== null) this.#add(declaration.id.name, declaration, declaration.id.name);
    } else if (declaration.type === "VariableDeclaration") {
      for (const { id } of declaration.declarations) {
        for (const name of boundNames(id))
          this.#add(name, id.type === "Identifier" ? this.#lineage.classNamed(name) : undefined, name);
      }
    } else if (declaration.type === "FunctionDeclaration" || declaration.type === "TSEnumDeclaration") {
      if (declaration.id !== null) this.serverOnly.add(declaration.id.name);
    } else if (declaration.type === "TSModuleDeclaration" && declaration.id.type === "Identifier") {
      this.serverOnly.add(declaration.id.name);
    }
  }

  #add(exportName: string, node: ESTree.Class | undefined, localName: string): void {
    if (node === undefined || node.abstract === true || this.#lineage.of(node) === "other")
      return void this.serverOnly.add(exportName);
    this.states.push({ exportName, stateName: node.id?.name ?? localName, offset: node.id?.start ?? node.start });
  }
}

function moduleExportName(name: ESTree.ModuleExportName): string {
  return name.type === "Literal" ? name.value : name.name;
}

function boundNames(pattern: ESTree.BindingPattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ArrayPattern":
      return pattern.elements.flatMap((each) =>
        each === null ? [] : boundNames(each.type === "RestElement" ? each.argument : each),
      );
    case "ObjectPattern":
      return pattern.properties.flatMap((each) => boundNames(each.type === "RestElement" ? each.argument : each.value));
    case "AssignmentPattern":
      return boundNames(pattern.left);
    default:
      return [];
  }
}
