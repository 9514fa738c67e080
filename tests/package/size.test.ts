import { join } from "node:path";
import { expect, test } from "vitest";
import { gzippedBytes } from "../../bench/support/gzipped-bytes.ts";
import { manifest, root } from "./packed-package.ts";

/** The module that a subpath of the package leads to. */
function entryOf(subpath: string): string {
  const target = manifest.exports[subpath];
  if (typeof target !== "object") throw new Error(`package.json has no entry ${subpath}.`);
  return join(root, target.default);
}

test.each(Object.entries(manifest.budgets))("%s keeps to its budget of %i bytes", async (subpath, budget) => {
  const bytes = await gzippedBytes([entryOf(subpath)]);
  console.info(`${subpath}: ${bytes} of ${budget} bytes`);
  expect(bytes).toBeLessThanOrEqual(budget);
});
