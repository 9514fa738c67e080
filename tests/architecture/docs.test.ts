import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "vite";
import { expect, test } from "vitest";
import { commandOf } from "../../scripts/run.mjs";
import { ERROR_CODES } from "../../src/index.ts";
import { writeDocsProject } from "./docs-project.ts";
import { anchorOf, readMarkdown } from "./markdown.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const ENTRIES = ["", "server", "client", "react", "vite", "testing"];

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

const paths = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => `docs/${path.replaceAll("\\", "/")}`),
];
const pages = paths.map((path) => ({ path, ...readMarkdown(read(path)) }));

/** The names that an entry exports, types included. */
function exportsOf(entry: string): string[] {
  const file = join("src", entry, "index.ts");
  const names: string[] = [];
  for (const statement of parseSync(file, read(file)).program.body) {
    if (statement.type !== "ExportNamedDeclaration") continue;
    for (const { exported } of statement.specifiers) if (exported.type === "Identifier") names.push(exported.name);
    const { declaration } = statement;
    if (declaration?.type === "FunctionDeclaration" && declaration.id !== null) names.push(declaration.id.name);
  }
  return names;
}

test("every complete module in the documentation compiles", { timeout: 120_000 }, async () => {
  const { tsconfig, origins } = writeDocsProject(pages, join(root, ".cache", "docs"));
  expect(origins.size).toBeGreaterThan(20);
  const args = [commandOf("typescript", "tsc"), "-p", tsconfig, "--pretty", "false"];
  const output = await new Promise<string>((settle) => {
    execFile(process.execPath, args, { cwd: dirname(tsconfig) }, (_, stdout, stderr) => settle(stdout + stderr));
  });
  // What is wrong with the sources themselves, other checks say.
  const problems = output
    .split(/\n(?=\S)/)
    .filter((problem) => problem.trim() !== "" && !problem.startsWith("../../src/"))
    .map((problem) => problem.replace(/^[^(\s]+(?=\()/, (file) => `${origins.get(file) ?? file} ${file}`));
  expect(problems).toEqual([]);
});

test("every error code has a heading of its own, and no other has one", () => {
  const { headings } = readMarkdown(read("docs/reference/errors.md"));
  expect(headings.filter((heading) => /^[A-Z_]+$/.test(heading))).toEqual([...ERROR_CODES]);
});

test.each(ENTRIES)("the reference names every export of meanwhile/%s", (entry) => {
  const page = read(`docs/reference/${entry === "" ? "meanwhile" : `meanwhile-${entry}`}.md`);
  const names = exportsOf(entry);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !new RegExp(`\`@?${name}\\b`).test(page))).toEqual([]);
});

test("every relative link leads to a file, and to a heading where it names one", () => {
  const broken: string[] = [];
  for (const page of pages) {
    for (const { path, anchor, line } of page.links) {
      const target = path === "" ? join(root, page.path) : resolve(root, dirname(page.path), path);
      const isThere = existsSync(target) && (anchor === "" || statSync(target).isFile());
      const isAnchor = (): boolean =>
        anchor === "" || readMarkdown(readFileSync(target, "utf8")).headings.some((each) => anchorOf(each) === anchor);
      if (!isThere || !isAnchor()) broken.push(`${page.path}:${line} ${relative(root, target)}#${anchor}`);
    }
  }
  expect(broken).toEqual([]);
});

test("every page of docs/ can be reached from its index", () => {
  const reached = new Set<string>(["docs/README.md"]);
  for (const path of reached) {
    for (const link of pages.find((page) => page.path === path)?.links ?? []) {
      const target = relative(root, resolve(root, dirname(path), link.path));
      if (target.startsWith("docs") && target.endsWith(".md")) reached.add(target);
    }
  }
  expect(paths.filter((path) => path.startsWith("docs/") && !reached.has(path))).toEqual([]);
});
