import { refuseMethods } from "./frozen.ts";

/** A Date that can't be changed: its setters throw an ImmutableStateError. */
export class FrozenDate extends Date {}

refuseMethods(
  FrozenDate.prototype,
  Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith("set")),
  "Date",
);
