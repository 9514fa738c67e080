import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { manifest, root } from "./packed-package.ts";

interface LockedPackage {
  readonly resolved?: string;
  readonly deprecated?: string;
  readonly integrity?: string;
  readonly link?: true;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lockfile = readFileSync(join(root, "package-lock.json"), "utf8");
const { packages } = JSON.parse(lockfile) as { packages: Record<string, LockedPackage> };

test("the lockfile names no host, so that any registry will do", () => {
  expect(lockfile.match(/https?:\/\/[^"]*\.tgz|git\+|"resolved": "https?:/g)).toBeNull();
});

test("every locked package from a registry has its integrity", () => {
  const isInstalled = (path: string): boolean => path.includes("node_modules/");
  const bare = Object.entries(packages).filter(
    ([path, { link, integrity }]) => isInstalled(path) && !link && !integrity,
  );
  expect(bare.map(([path]) => path)).toEqual([]);
});

test("the binaries for other systems are locked too: `npm ci` refuses a lockfile that lacks them", () => {
  const optional = Object.values(packages).flatMap((locked) => Object.keys(locked.optionalDependencies ?? {}));
  const missing = optional.filter(
    (name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)),
  );
  expect(missing).toEqual([]);
});

test("no dependency is deprecated", () => {
  const deprecated = Object.entries(packages).filter(([, locked]) => locked.deprecated !== undefined);
  expect(deprecated.map(([path, locked]) => `${path}: ${locked.deprecated ?? ""}`)).toEqual([]);
});

test("design/dependencies.md accounts for every dependency, and for no other", () => {
  const page = readFileSync(join(root, "design/dependencies.md"), "utf8");
  // The first cell of each row names one package or several, in backticks.
  const firstCells = page.split("\n").map((line) => /^\|([^|]*)\|/.exec(line)?.[1] ?? "");
  const named = firstCells.flatMap((cell) => cell.match(/(?<=`)[^`, ]+(?=`)/g) ?? []);
  const { dependencies, peerDependencies, devDependencies } = manifest;
  const declared = Object.keys({ ...dependencies, ...peerDependencies, ...devDependencies });
  expect(new Set(named)).toEqual(new Set(declared));
});
