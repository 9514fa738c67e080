import { refuseMethods } from "./frozen.ts";

/** A Set that can't be changed once it is made: its mutators throw an ImmutableStateError. */
export class FrozenSet<T> extends Set<T> {
  constructor(members: Iterable<T>) {
    super();
    for (const member of members) Set.prototype.add.call(this, member);
  }
}

refuseMethods(FrozenSet.prototype, ["add", "delete", "clear"], "Set");
