import { ClassLineage } from "./class-lineage.ts";
import { SourceError } from "./source-error.ts";
import type { StateModules } from "./state-modules.ts";

/**
 * Gives an error that the app raised about a state class the place of that class, or of the member that it names, in the project: the app knows
 * classes only as they run. Other errors stay as they are.
 */
export async function placeStateError(error: unknown, modules: StateModules): Promise<unknown> {
  const { code, message = "" } = (error ?? {}) as { code?: string; message?: string };
  const [, className, memberName] = /^([\w$]+)(?:\.([\w$]+))?/.exec(message) ?? [];
  if (code !== "STATE_DEFINITION" || className === undefined) return error;
  for (const file of await modules.files()) {
    const source = await modules.sourceOf(file);
    if (source === undefined) continue;
    const found = new ClassLineage(source, () => false).classes.find(({ name }) => name === className);
    if (found === undefined) continue;
    const member = found.node.body.body.find(
      (each) => "key" in each && (each.key as { name?: string }).name === memberName,
    );
    const offset = member !== undefined && "key" in member ? member.key.start : (found.node.id ?? found.node).start;
    return new SourceError({ file, code: source.code, offset, message, errorCode: "STATE_DEFINITION" });
  }
  return error;
}
