import { ImmutableStateError } from "../base/errors.ts";

/** Throws for a write to a value that can't be written: committed on the server, or received in the page. */
export function refuseWrite(what: string): never {
  throw new ImmutableStateError(
    `Can't ${what}: this value is read-only. On the server, write inside the lock: await this.lock((self) => { ... }); in the page, call an event of the state.`,
  );
}

/** Replaces methods of a class's prototype by refusals. */
export function refuseMethods(prototype: object, names: readonly string[], kind: string): void {
  for (const name of names) {
    Object.defineProperty(prototype, name, {
      configurable: true,
      writable: true,
      value: () => refuseWrite(`call ${name} of a ${kind}`),
    });
  }
}
