import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { manifest, root } from "./packed-package.ts";

interface LockedPackage {
  readonly resolved?: string;
  readonly deprecated?: string;
  readonly integrity?: string;
  readonly link?: true;
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

test("no dependency is deprecated", () => {
  const deprecated = Object.entries(packages).filter(([, locked]) => locked.deprecated !== undefined);
  expect(deprecated.map(([path, locked]) => `${path}: ${locked.deprecated ?? ""}`)).toEqual([]);
});

test("design/dependencies.md accounts for every dependency, and for no other", () => {
  const page = readFileSync(join(root, "design/dependencies.md"), "utf8");
  const named = [...page.matchAll(/^\|((?:[^|`]*`[^`]+`)+)[^|]*\|/gm)].flatMap(([, cell]) =>
    [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  const { dependencies, peerDependencies, devDependencies } = manifest;
  expect([...new Set(named)].toSorted()).toEqual(
    Object.keys({ ...dependencies, ...peerDependencies, ...devDependencies }).toSorted(),
  );
});
