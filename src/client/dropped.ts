/** What a dropped call resolves to: one that a later call has taken the place of (`debounce`), or that met no connection (`temporal`). */
export const DROPPED: unique symbol = Symbol.for("meanwhile.dropped");

/** The type of `DROPPED`. */
export type Dropped = typeof DROPPED;
