import type { StateDefinition } from "../../src/state/state-definition.ts";
import type { TransactionHost } from "../../src/state/transaction.ts";

/** What transactions over one state need, without a session: nothing is triggered, and no lock is given. */
export function bareHost(definition: StateDefinition): TransactionHost {
  const initial = definition.makeInitialValues();
  return {
    definitionOf: () => definition,
    counterpartOf: () => definition,
    initialValues: () => initial,
    app: undefined,
    triggersOf: () => ({}),
    lockRefused: (reason) => Promise.reject(reason),
  };
}
