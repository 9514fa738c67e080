import { PatchKind, type Patch } from "./patch.ts";

/** Below this, a text is sent whole. */
const MIN_LENGTH = 24;

/** The change of a string as what it keeps at its start and its end, and what comes between. */
export function diffText(before: string, after: string): Patch {
  if (after.length < MIN_LENGTH || before.length === 0) return [PatchKind.Replace, after];
  // The common case, and the cheap one: comparing whole slices runs at memory speed.
  if (after.length > before.length && after.slice(0, before.length) === before)
    return [PatchKind.Text, before.length, after.slice(before.length)];
  const limit = Math.min(before.length, after.length);
  const start = commonLength(limit, (from, to) => before.slice(from, to) === after.slice(from, to));
  const end = commonLength(
    limit - start,
    (from, to) =>
      before.slice(before.length - to, before.length - from) === after.slice(after.length - to, after.length - from),
  );
  if (start + end < after.length / 4) return [PatchKind.Replace, after];
  const insert = after.slice(start, after.length - end);
  return end === 0 ? [PatchKind.Text, start, insert] : [PatchKind.Text, start, insert, end];
}

/** How many units, of at most `limit`, two texts share: by slices that double while they match, and halve from there. */
function commonLength(limit: number, isSame: (from: number, to: number) => boolean): number {
  let common = 0;
  let step = 16;
  while (common < limit && isSame(common, Math.min(common + step, limit))) {
    common = Math.min(common + step, limit);
    step *= 2;
  }
  for (step = Math.min(step, limit - common); step >= 1; step = step >> 1) {
    while (common + step <= limit && isSame(common, common + step)) common += step;
  }
  return common;
}
