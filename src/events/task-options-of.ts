import { StateDefinitionError } from "../base/errors.ts";
import type { RetryOptions, TaskOptions } from "../state/task-options.ts";
import type { EventOptions, KeyFunction, Schemas } from "./event-options.ts";

type Options = EventOptions<Schemas | undefined, boolean, KeyFunction | undefined>;

const ONLY_TASKS = ["policy", "per", "key", "timeoutMs", "retry"] as const;
const POLICIES: readonly unknown[] = ["parallel", "single", "join", "queue", "replace"];

/**
 * What `@event` was told of a task's runs, checked; undefined for a handler.
 *
 * @throws StateDefinitionError for options that make no sense.
 */
export function taskOptions(name: string, isBackground: boolean, options: Options): TaskOptions | undefined {
  if (!isBackground) {
    for (const option of ONLY_TASKS)
      if (options[option] !== undefined)
        throw new StateDefinitionError(`"${name}" has ${option}, which is for background tasks.`);
    return undefined;
  }
  const { policy = "parallel", per = "session", key, timeoutMs, retry } = options;
  const refuse = (what: string): never => {
    throw new StateDefinitionError(`The background task "${name}" has ${what}.`);
  };
  if (typeof policy === "object" && policy !== null ? !isCount(policy.limit) : !POLICIES.includes(policy))
    refuse(`an unknown policy. There are: ${POLICIES.join(", ")}, and { limit: n } with n from 1 up`);
  if (per !== "session" && per !== "app") refuse('an unknown "per": it is "session" or "app"');
  if (key !== undefined && typeof key !== "function")
    refuse("a key that is no function: it is computed from the task's arguments");
  if (policy === "parallel" && (key !== undefined || options.per !== undefined))
    refuse('a key (or "per") without a policy: it says which runs the policy looks at');
  if (timeoutMs !== undefined && !isPositive(timeoutMs))
    refuse("a timeoutMs that is no number of milliseconds above 0");
  if (retry !== undefined) {
    if (!isCount((retry as Partial<RetryOptions> | null)?.attempts))
      refuse("a retry without attempts: how many there are, the first one included");
    for (const field of ["minMs", "maxMs"] as const)
      if (retry[field] !== undefined && !isPositive(retry[field]))
        refuse(`a retry.${field} that is no number of milliseconds above 0`);
    if (retry.when !== undefined && typeof retry.when !== "function") refuse("a retry.when that is no function");
  }
  return { policy, per, key, timeoutMs, retry };
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function isPositive(value: unknown): boolean {
  return typeof value === "number" && value > 0;
}
