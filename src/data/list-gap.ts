import { StateSerializationError } from "../base/errors.ts";

/** How many places of an array may be skipped: they are filled with `undefined`, and an index may be a page's word. */
export const MAX_GAP = 1_000;

/** The error for an array that has, or would have, more empty places in a row than `MAX_GAP`. */
export function gapError(path: string, verb: "has" | "would leave"): StateSerializationError {
  return new StateSerializationError(
    path,
    `${verb} more than ${MAX_GAP} empty places in a row, and an array of the state has no holes: ` +
      "each would be filled. Use push, or a Map where numbers lie far apart; fill a new array (new Array(n).fill(0)).",
  );
}
