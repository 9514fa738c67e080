import { isBuiltin } from "node:module";
import { Visitor, type ESTree } from "vite";
import { importsOf, type ImportedName } from "./module-imports.ts";
import type { SourceModule } from "./source-module.ts";

/** A class of a module, with the name that it has at run time, if it has one. */
export interface NamedClass {
  readonly node: ESTree.Class;
  readonly name: string | undefined;
}

/** Whether a class extends `State`, so far as one module's text can tell: `maybe` where it extends something from elsewhere. */
export type Lineage = "state" | "maybe" | "other";

/** The classes of one module and what they extend. */
export class ClassLineage {
  /** Every class of the module, nested ones too, in the order of the text. */
  readonly classes: readonly NamedClass[];
  readonly imports: ReadonlyMap<string, ImportedName>;
  readonly #isStateModule: (specifier: string) => boolean;
  /** What the module's own `const`s and classes hold. */
  readonly #values = new Map<string, ESTree.Expression | ESTree.Class>();

  /** Other names of the module: functions, enums, variables without a value. */
  readonly #others = new Set<string>();

  constructor(module: SourceModule, isStateModule: (specifier: string) => boolean) {
    this.imports = importsOf(module);
    this.#isStateModule = isStateModule;
    const classes = new Map<ESTree.Class, string | undefined>();
    const add = (node: ESTree.Class): void => void (classes.has(node) || classes.set(node, node.id?.name));
    new Visitor({
      VariableDeclarator: ({ id, init }) => {
        if (id.type !== "Identifier") return;
        this.#others.add(id.name);
        if (init === null) return;
        this.#values.set(id.name, init);
        if (init.type === "ClassExpression") classes.set(init, init.id?.name ?? id.name);
      },
      ClassDeclaration: (node) => {
        if (node.id !== null) this.#values.set(node.id.name, node);
        add(node);
      },
      ClassExpression: add,
      FunctionDeclaration: ({ id }) => void (id !== null && this.#others.add(id.name)),
      TSEnumDeclaration: ({ id }) => void this.#others.add(id.name),
    }).visit(module.program);
    this.classes = [...classes].map(([node, name]) => ({ node, name }));
  }

  /** The class that a name of the module stands for. */
  classNamed(localName: string): ESTree.Class | undefined {
    const value = this.#values.get(localName);
    return value !== undefined && isClass(value) ? value : undefined;
  }

  /** What `node` descends from. */
  of(node: ESTree.Class): Lineage {
    return node.superClass === null ? "other" : this.#ofValue(node.superClass, new Set([node]));
  }

  /** Whether the module imports or declares a name; one that it doesn't is a global. */
  knows(localName: string): boolean {
    return this.imports.has(localName) || this.#values.has(localName) || this.#others.has(localName);
  }

  /** Whether an expression is `name` of the package: `State`, or `meanwhile.State` of a namespace import. */
  isFrameworkName(expression: ESTree.Expression, name: string): boolean {
    if (expression.type === "Identifier") {
      const source = this.imports.get(expression.name);
      return source !== undefined && isFramework(source.specifier) && source.imported === name;
    }
    if (expression.type !== "MemberExpression" || expression.computed || expression.object.type !== "Identifier")
      return false;
    const source = this.imports.get(expression.object.name);
    const property = expression.property as { name?: string };
    return source?.imported === "*" && isFramework(source.specifier) && property.name === name;
  }

  #ofValue(value: ESTree.Expression | ESTree.Class, seen: Set<unknown>): Lineage {
    if (seen.has(value)) return "other";
    seen.add(value);
    if (isClass(value)) return value.superClass === null ? "other" : this.#ofValue(value.superClass, seen);
    if (this.isFrameworkName(value, "State")) return "state";
    if (value.type === "CallExpression") {
      const all = value.arguments.map((argument) =>
        argument.type === "SpreadElement" ? "maybe" : this.#ofValue(argument, seen),
      );
      return all.includes("state") ? "state" : "maybe";
    }
    return value.type === "Identifier" ? this.#ofName(value.name, seen) : "maybe";
  }

  #ofName(name: string, seen: Set<unknown>): Lineage {
    const own = this.#values.get(name);
    if (own !== undefined) return this.#ofValue(own, seen);
    const source = this.imports.get(name);
    if (source === undefined || isBuiltin(source.specifier)) return "other";
    return this.#isStateModule(source.specifier) ? "state" : "maybe";
  }
}

function isClass(value: ESTree.Expression | ESTree.Class): value is ESTree.Class {
  return value.type === "ClassDeclaration" || value.type === "ClassExpression";
}

/** Whether a specifier is one of the package's entries that hold what state modules import. */
export function isFramework(specifier: string): boolean {
  return specifier === "meanwhile" || specifier === "meanwhile/server";
}
