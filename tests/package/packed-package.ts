import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The repository's root. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** What the tests read of package.json. */
export interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly budgets: Readonly<Record<string, number>>;
}

/** The repository's package.json. */
export const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;

/** The names under which the package's code is imported: "meanwhile", "meanwhile/server" and so on. */
export const entries = Object.entries(manifest.exports)
  .filter(([, target]) => typeof target === "object")
  .map(([subpath]) => subpath.replace(/^\./, "meanwhile"));

/** The package as it would be published, in a project of its own outside the repository. */
export interface PackedPackage extends Disposable {
  readonly tarball: Uint8Array<ArrayBuffer>;
  /** A folder whose `node_modules` has the package unpacked, and what it depends on. */
  readonly project: string;
  /** The published files, relative to the package. */
  readonly files: readonly string[];
}

/** Packs the built package and unpacks it into a new project; dispose of it to remove that again. */
export async function packPackage(): Promise<PackedPackage> {
  const project = mkdtempSync(join(tmpdir(), "meanwhile-packed-"));
  const dispose = (): void => rmSync(project, { recursive: true, force: true });
  try {
    await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", project], { cwd: root });
    const name = readdirSync(project).find((file) => file.endsWith(".tgz"));
    if (name === undefined) throw new Error("npm pack made no tarball.");
    const installed = join(project, "node_modules", "meanwhile");
    mkdirSync(installed, { recursive: true });
    await run("tar", ["-xzf", join(project, name), "-C", installed, "--strip-components=1"]);
    linkDependencies(project);
    const files = readdirSync(installed, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1));
    return {
      tarball: new Uint8Array(readFileSync(join(project, name))),
      project,
      files,
      [Symbol.dispose]: dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** What TypeScript users have beside the package. */
const USERS_TYPES = ["@types/node", "@types/react", "@types/react-dom"];

/** Links only what a user's project would have, so that a dependency that is not declared is missed. */
function linkDependencies(project: string): void {
  const names = [...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }), ...USERS_TYPES];
  for (const name of names) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link);
  }
}
