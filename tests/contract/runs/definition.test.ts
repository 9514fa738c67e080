import { expect, it } from "vitest";
import { event, State, StateDefinitionError, type Background } from "../../../src/index.ts";

type Options = Parameters<typeof event>[0];

function declare(options: object): unknown {
  class Declared extends State {
    @event({ background: true, ...(options as Options) })
    async job(this: Background<Declared>) {}
  }
  return Declared;
}

it.each<[options: object, says: RegExp]>([
  [{ policy: "sometimes" }, /"job" has an unknown policy. There are: parallel, single, join, queue, replace/],
  [{ policy: { limit: 0 } }, /an unknown policy/],
  [{ policy: { limit: 1.5 } }, /an unknown policy/],
  [{ policy: null }, /an unknown policy/],
  [{ policy: "queue", per: "server" }, /an unknown "per"/],
  [{ policy: "queue", key: "id" }, /a key that is no function/],
  [{ key: () => "a" }, /a key \(or "per"\) without a policy/],
  [{ per: "app" }, /a key \(or "per"\) without a policy/],
  [{ timeoutMs: 0 }, /a timeoutMs that is no number of milliseconds above 0/],
  [{ timeoutMs: "10" }, /a timeoutMs/],
  [{ retry: {} }, /a retry without attempts/],
  [{ retry: null }, /a retry without attempts/],
  [{ retry: { attempts: 2, minMs: -1 } }, /a retry.minMs/],
  [{ retry: { attempts: 2, maxMs: Number.NaN } }, /a retry.maxMs/],
  [{ retry: { attempts: 2, when: true } }, /a retry.when that is no function/],
])("%o is refused where the task is declared", (options, says) => {
  expect(() => declare(options)).toThrow(StateDefinitionError);
  expect(() => declare(options)).toThrow(says);
});

it.each(["policy", "per", "key", "timeoutMs", "retry"])("%s is refused on a handler", (option) => {
  expect(() => {
    class Declared extends State {
      @event({ [option]: "single" } as never) save() {}
    }
    return Declared;
  }).toThrow(`"save" has ${option}, which is for background tasks.`);
});
