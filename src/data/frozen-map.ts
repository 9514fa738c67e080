import { refuseMethods } from "./frozen.ts";

/** A Map that can't be changed once it is made: its mutators throw an ImmutableStateError. */
export class FrozenMap<K, V> extends Map<K, V> {
  constructor(entries: Iterable<readonly [K, V]>) {
    super();
    for (const [key, value] of entries) Map.prototype.set.call(this, key, value);
  }
}

refuseMethods(FrozenMap.prototype, ["set", "delete", "clear"], "Map");
