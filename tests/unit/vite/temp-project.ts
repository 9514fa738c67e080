import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { existsSync } from "node:fs";
import type { Resolve } from "../../../src/vite/state-modules.ts";
import { StateModules } from "../../../src/vite/state-modules.ts";
import { StatePattern } from "../../../src/vite/state-pattern.ts";

/** Files in a folder of their own, which goes with it. */
export interface TempProject extends AsyncDisposable {
  readonly root: string;
  readonly modules: StateModules;
  readonly resolve: Resolve;
  path(file: string): string;
}

/** Writes a project's files for one test. */
export async function tempProject(files: Readonly<Record<string, string>>): Promise<TempProject> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "meanwhile-vite-")));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  return {
    root,
    modules: new StateModules(root, new StatePattern()),
    path: (file) => join(root, file),
    resolve: async (specifier, importer) => {
      const base = resolve(dirname(importer), specifier);
      return [base, `${base}.ts`].find((path) => existsSync(path));
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
