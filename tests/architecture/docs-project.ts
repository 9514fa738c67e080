import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CodeBlock } from "./markdown.ts";

/** A page's blocks of code, in their order. */
export interface DocsPage {
  /** From the repository's root. */
  readonly path: string;
  readonly blocks: readonly CodeBlock[];
}

/** A TypeScript project made of the documentation's code, and where each of its files comes from. */
export interface DocsProject {
  readonly tsconfig: string;
  /** Each file's place in the documentation, such as `docs/tutorial.md:17`. */
  readonly origins: ReadonlyMap<string, string>;
}

/** As a user's own: what the example has, and Node's types for servers and tests. */
const COMPILER_OPTIONS = {
  target: "ES2022",
  lib: ["ES2023", "ESNext.Decorators", "ESNext.Disposable", "DOM", "DOM.Iterable"],
  module: "ESNext",
  moduleResolution: "bundler",
  jsx: "react-jsx",
  strict: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  // The package's own sources name their files.
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
  types: ["node", "vite/client"],
  paths: { meanwhile: ["../../src/index.ts"], "meanwhile/*": ["../../src/*/index.ts"] },
};

/**
 * Writes the complete modules of each page into `folder`, which must be two levels below the repository's root. A block is one if it is `ts` or `tsx`
 * (`no-check` behind that leaves it out) and imports or exports something.
 *
 * The modules of a page see each other by the file name in their first line's comment. A page may give files again, as a tutorial does: a step ends before
 * the first file that the step has given already, and has the others as they were.
 */
export function writeDocsProject(pages: readonly DocsPage[], folder: string): DocsProject {
  rmSync(folder, { recursive: true, force: true });
  const origins = new Map<string, string>();
  for (const { path, blocks } of pages) {
    const page = path.replaceAll(/[^\w-]+/g, "-");
    const files = new Map<string, { readonly code: string; readonly line: number }>();
    let step = 0;
    const given = new Set<string>();
    const flush = (): void => {
      for (const [name, { code, line }] of files) {
        const file = join(page, String(step), name);
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), code);
        origins.set(file, `${path}:${line}`);
      }
      step += 1;
      given.clear();
    };
    for (const { info, code, line } of blocks) {
      if (!/^tsx?$/.test(info) || !/^(?:import|export)\b/m.test(code)) continue;
      const name = /^\/\/ ([\w./-]+\.tsx?)\b/.exec(code)?.[1] ?? `block-${line}.${info}`;
      if (given.has(name)) flush();
      given.add(name);
      files.set(name, { code, line });
    }
    if (given.size > 0) flush();
  }
  const tsconfig = join(folder, "tsconfig.json");
  mkdirSync(folder, { recursive: true });
  writeFileSync(tsconfig, JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ["**/*.ts", "**/*.tsx"] }));
  return { tsconfig, origins };
}
