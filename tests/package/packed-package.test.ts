import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commandOf } from "../../scripts/run.mjs";
import { entries, packPackage, type PackedPackage } from "./packed-package.ts";

const run = promisify(execFile);

let packed: PackedPackage;
beforeAll(async () => {
  packed = await packPackage();
});
afterAll(() => packed[Symbol.dispose]());

test("publint finds nothing", async () => {
  const pkgDir = join(packed.project, "node_modules/meanwhile");
  const { messages, pkg } = await publint({ pkgDir, pack: false, level: "suggestion", strict: true });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
});

test("Are The Types Wrong finds nothing for ES modules", async () => {
  const result = await checkPackage(createPackageFromTarballData(packed.tarball));
  if (result.types === false) throw new Error("The package has no types.");
  // The package is for ES modules only: `require` and resolution without `exports` are not promised.
  const promised = result.problems.filter((problem) => {
    const kind = "resolutionKind" in problem ? problem.resolutionKind : undefined;
    const option = "resolutionOption" in problem ? problem.resolutionOption : undefined;
    return kind !== "node10" && kind !== "node16-cjs" && option !== "node10";
  });
  expect(promised).toEqual([]);
});

test("it holds code, types and source maps with their sources, and no tests", () => {
  const strange = packed.files.filter(
    (file) => !/^(?:dist\/.+\.(?:js|js\.map|d\.ts)|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(file),
  );
  expect(strange).toEqual([]);
  const maps = packed.files.filter((file) => file.endsWith(".map"));
  expect(maps.length).toBeGreaterThan(0);
  for (const file of maps) {
    const text = readFileSync(join(packed.project, "node_modules/meanwhile", file), "utf8");
    const map = JSON.parse(text) as { sources: string[]; sourcesContent?: string[] };
    expect(map.sourcesContent?.length, file).toBe(map.sources.length);
  }
});

test.each(entries)("%s can be imported by Node, does nothing by that, and exports something", async (entry) => {
  const program = `console.log(Object.keys(await import(${JSON.stringify(entry)})).length)`;
  const args = ["--input-type=module", "--trace-uncaught", "-e", program];
  const { stdout, stderr } = await run(process.execPath, args, { cwd: packed.project, timeout: 20_000 });
  expect(stderr).toBe("");
  expect(Number(stdout)).toBeGreaterThan(0);
});

const DOM = ["DOM", "DOM.Iterable"];

test.each([
  ["a server", ["meanwhile", "meanwhile/server", "meanwhile/vite"], [], ["node"]],
  ["a page", ["meanwhile/client", "meanwhile/react"], DOM, []],
  ["state modules in a page's project", ["meanwhile"], DOM, []],
  ["tests", ["meanwhile/testing"], DOM, ["node"]],
])("its types compile in %s, without skipLibCheck", async (_place, imported, lib, types) => {
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2023", "ESNext.Disposable", "ESNext.Decorators", ...lib],
    module: "NodeNext",
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types,
  };
  const lines = imported.map(
    (entry, at) => `import * as entry${at} from "${entry}";\nexport const keys${at} = Object.keys(entry${at});`,
  );
  writeFileSync(join(packed.project, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(packed.project, "user.ts"), lines.join("\n"));
  writeFileSync(join(packed.project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["user.ts"] }));
  const args = [commandOf("typescript", "tsc"), "--pretty", "false", "-p", "."];
  const output = await run(process.execPath, args, { cwd: packed.project }).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
  // Other packages' declarations are their own affair.
  const own = output.split("\n").filter((line) => /^(?:user\.ts|node_modules\/meanwhile\/)/.test(line));
  expect(own).toEqual([]);
});
