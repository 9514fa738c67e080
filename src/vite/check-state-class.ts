import type { ESTree } from "vite";
import type { ClassLineage, NamedClass } from "./class-lineage.ts";

/** The names that the framework has on every state; no member may take one. */
export const FRAMEWORK_NAMES: ReadonlySet<string> = new Set([
  "app",
  "router",
  "getState",
  "reset",
  "trigger",
  "lock",
  "task",
]);

/** One thing wrong with a class, at a place of its module's text. */
export interface ClassProblem {
  readonly offset: number;
  readonly message: string;
}

type Member = Exclude<ESTree.ClassElement, ESTree.StaticBlock | ESTree.TSIndexSignature>;

/** Finds what a state class must not have. The app refuses the same at registration; here it has its place. */
export function checkStateClass({ node, name = "This state" }: NamedClass, lineage: ClassLineage): ClassProblem[] {
  const problems: ClassProblem[] = [];
  for (const member of node.body.body) {
    if (member.type === "StaticBlock" || member.type === "TSIndexSignature") continue;
    const message = problemOf(member, name, lineage);
    if (message !== undefined) problems.push({ offset: member.key.start, message });
    const decorator = member.decorators.find((each) => isBareEvent(each, lineage));
    if (decorator !== undefined)
      problems.push({ offset: decorator.expression.start, message: bareEventMessage(name, keyOf(member)) });
  }
  return problems;
}

/** Whether any member carries the package's `@event`: only a state class has those. */
export function hasEvents(node: ESTree.Class, lineage: ClassLineage): boolean {
  return node.body.body.some(
    (member) =>
      "decorators" in member && member.decorators.some((each) => isEvent(each, lineage) || isBareEvent(each, lineage)),
  );
}

function problemOf(member: Member, className: string, lineage: ClassLineage): string | undefined {
  const key = keyOf(member);
  if (member.key.type === "PrivateIdentifier") {
    return (
      `${className}.${key} is a #private member: it would live outside the state, unsaved and unlocked. ` +
      `Name it _${key.slice(1)}; names that begin with _ never leave the server.`
    );
  }
  if (member.static || member.computed || ("declare" in member && member.declare)) return undefined;
  if (FRAMEWORK_NAMES.has(key)) {
    return (
      `${className}.${key} takes one of the framework's own names (${[...FRAMEWORK_NAMES].join(", ")}). ` +
      `Rename it, for example to _${key} or my${key[0]!.toUpperCase()}${key.slice(1)}.`
    );
  }
  if (member.type === "AccessorProperty") {
    return `${className}.${key} is an auto-accessor, which keeps its value outside the state. Make it a plain field: ${key} = ...;`;
  }
  if (member.type === "PropertyDefinition") return functionFieldMessage(member, key, className);
  if (member.type === "MethodDefinition") return methodMessage(member, key, className, lineage);
  return undefined;
}

function functionFieldMessage(
  { value }: ESTree.PropertyDefinition,
  key: string,
  className: string,
): string | undefined {
  if (value?.type !== "ArrowFunctionExpression" && value?.type !== "FunctionExpression") return undefined;
  return (
    `${className}.${key} is a field that holds a function. Make it a method: \`@event ${key}() { ... }\` if the page may call it, ` +
    `\`_${key.replace(/^_/, "")}() { ... }\` if not.`
  );
}

function methodMessage(
  member: ESTree.MethodDefinition,
  key: string,
  className: string,
  lineage: ClassLineage,
): string | undefined {
  // Overload signatures and abstract methods have no body.
  if (member.kind !== "method" || member.value.body === null) return undefined;
  if (key.startsWith("_")) {
    if (!member.decorators.some((each) => isEvent(each, lineage))) return undefined;
    return `${className}.${key} is marked @event, and names that begin with _ can't be called from a page. Drop the _ or the @event.`;
  }
  if (member.decorators.length > 0) return undefined;
  return `${className}.${key} is a public method without @event: a page can't call it, and a reader can't tell. Mark it @event, or name it _${key}.`;
}

function bareEventMessage(className: string, key: string): string {
  return (
    `${className}.${key} is marked with an \`event\` that this module does not import: browsers have a global of that name, so nothing else warns. ` +
    'Add: import { event } from "meanwhile";'
  );
}

function keyOf({ key }: Member): string {
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  if (key.type === "Identifier") return key.name;
  return key.type === "Literal" ? String(key.value) : "[computed]";
}

/** What a decorator names, without its call: `event` of `@event({ ... })`. */
function decoratorName({ expression }: ESTree.Decorator): ESTree.Expression {
  return expression.type === "CallExpression" ? expression.callee : expression;
}

function isEvent(decorator: ESTree.Decorator, lineage: ClassLineage): boolean {
  return lineage.isFrameworkName(decoratorName(decorator), "event");
}

function isBareEvent(decorator: ESTree.Decorator, lineage: ClassLineage): boolean {
  const name = decoratorName(decorator);
  return name.type === "Identifier" && name.name === "event" && !lineage.knows("event");
}
