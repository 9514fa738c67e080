import { build } from "esbuild";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { manifest, root } from "./packed-package.ts";

/** What an entry adds to a page: bundled alone, minified, gzipped, without React. */
async function gzippedBytes(subpath: string): Promise<number> {
  const target = manifest.exports[subpath];
  if (typeof target !== "object") throw new Error(`package.json has no entry ${subpath}.`);
  const { outputFiles } = await build({
    entryPoints: [join(root, target.default)],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: ["react", "react/*", "react-dom"],
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "silent",
  });
  return outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
}

test.each(Object.entries(manifest.budgets))("%s keeps to its budget of %i bytes", async (subpath, budget) => {
  const bytes = await gzippedBytes(subpath);
  console.info(`${subpath}: ${bytes} of ${budget} bytes`);
  expect(bytes).toBeLessThanOrEqual(budget);
});
