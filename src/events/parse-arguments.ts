import type { StandardSchemaV1 } from "@standard-schema/spec";
import { InvalidArgumentsError, type ArgumentIssue } from "../base/errors.ts";
import type { EventSpec } from "../state/event-spec.ts";

/**
 * Checks what a page sent for an event by the event's schemas, if it has some. Gives the parsed arguments, at once where all schemas are synchronous.
 *
 * @throws InvalidArgumentsError with every issue (or a promise that rejects with it).
 */
export function parseArguments(
  stateName: string,
  event: EventSpec,
  args: readonly unknown[],
): readonly unknown[] | Promise<readonly unknown[]> {
  const schemas = event.args;
  if (schemas === undefined) return args;
  if (args.length > schemas.length) {
    throw refuse(stateName, event, [
      { message: `takes ${schemas.length} argument${schemas.length === 1 ? "" : "s"}, got ${args.length}`, path: [] },
    ]);
  }
  const results = schemas.map((schema, index) => schema["~standard"].validate(args[index]));
  if (!results.some((result) => result instanceof Promise))
    return outputs(stateName, event, results as StandardSchemaV1.Result<unknown>[]);
  return Promise.all(results.map(async (result) => result)).then((settled) => outputs(stateName, event, settled));
}

function outputs(
  stateName: string,
  event: EventSpec,
  results: readonly StandardSchemaV1.Result<unknown>[],
): readonly unknown[] {
  const issues: ArgumentIssue[] = [];
  const isForm = results.length === 1;
  const values = results.map((result, index) => {
    if (result.issues === undefined) return result.value;
    for (const issue of result.issues)
      issues.push({ message: issue.message, path: pathOf(issue, isForm ? [] : [index]) });
    return undefined;
  });
  if (issues.length > 0) throw refuse(stateName, event, issues);
  return values;
}

/** The issue's path as plain keys: a schema library may wrap them, and use symbols. */
function pathOf(issue: StandardSchemaV1.Issue, prefix: (string | number)[]): (string | number)[] {
  return [
    ...prefix,
    ...(issue.path ?? []).map((segment) => {
      const key = typeof segment === "object" ? segment.key : segment;
      return typeof key === "number" ? key : String(key);
    }),
  ];
}

function refuse(stateName: string, event: EventSpec, issues: readonly ArgumentIssue[]): InvalidArgumentsError {
  const first = issues[0]!;
  const at = first.path.length > 0 ? ` (at ${first.path.join(".")})` : "";
  const more = issues.length > 1 ? `, and ${issues.length - 1} more` : "";
  return new InvalidArgumentsError(
    `${stateName}.${event.name} was called with invalid arguments: ${first.message}${at}${more}.`,
    issues,
  );
}
