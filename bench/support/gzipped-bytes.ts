import { build } from "esbuild";
import { gzipSync } from "node:zlib";

/** What these modules add to a page: bundled together, minified, gzipped; React is not counted. */
export async function gzippedBytes(modules: readonly string[]): Promise<number> {
  const { outputFiles } = await build({
    stdin: {
      contents: modules.map((path) => `export * from ${JSON.stringify(path)};`).join("\n"),
      resolveDir: process.cwd(),
      loader: "ts",
    },
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
