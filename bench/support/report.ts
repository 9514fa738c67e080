import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { pinning } from "./cores.ts";
import { isQuick } from "./settings.ts";

/** One figure of a bench. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  /** As the issue on speed says it; empty where it says nothing. */
  readonly target?: string;
  /** Whether the target is met. */
  readonly isMet?: boolean;
}

/** What a bench has found. */
export interface Report {
  /** The file's name without its ending: also the section's name. */
  readonly name: string;
  /** The row's number in the issue on speed, and the question. */
  readonly title: string;
  readonly rows: readonly Row[];
  /** How it was measured; what the reader should know. */
  readonly notes?: readonly string[];
}

const PACKAGES = ["ws", "socket.io", "@colyseus/core", "react", "vite", "esbuild"];
const ORDER = ["round-trips", "latency", "lock", "append", "cells", "stream", "log"];
const LATER = ["memory", "sleepers", "paced", "open", "size", "rows", "costs", "progress"];

/** Prints a report, and puts it in place of the bench's section in `bench/results.md`. */
export function report(result: Report): void {
  console.log(`\n${result.title}\n`);
  console.table(
    result.rows.map(({ what, figure, target = "", isMet }) => ({ what, figure, target, verdict: verdict(isMet) })),
  );
  for (const note of result.notes ?? []) console.log(`- ${note}`);
  if (!isQuick) write(result);
}

function verdict(isMet: boolean | undefined): string {
  return isMet === undefined ? "" : isMet ? "met" : "MISSED";
}

/** `npm run bench` runs at the repository's root. */
const file = join(process.cwd(), "bench", "results.md");

function write(result: Report): void {
  const sections = new Map<string, string>();
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  for (const [, name, text] of before.matchAll(/<!-- (\S+) -->\n([\s\S]*?)(?=\n<!-- |$)/g)) {
    if (name !== undefined && text !== undefined) sections.set(name, text.trimEnd());
  }
  sections.set(result.name, section(result));
  const names = [...ORDER, ...LATER].filter((name) => sections.has(name));
  const parts = names.map((name) => `<!-- ${name} -->\n${sections.get(name)!}\n`);
  writeFileSync(file, `${header()}\n${parts.join("\n")}`);
}

function header(): string {
  return `# Results of the benchmarks

Written by \`npm run bench\`; don't edit. Each section is of the last run of its bench; the machine is that of the newest. How to read it: [design/performance.md](../design/performance.md).

${machine()}
`;
}

function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} x ${cpu?.model.trim() ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${release().split("-")[0] ?? ""}; ${pinning}.`;
}

function section({ name, title, rows, notes = [] }: Report): string {
  const lines = rows.map(
    ({ what, figure, target = "", isMet }) => `| ${what} | ${figure} | ${target} | ${verdict(isMet)} |`,
  );
  return [
    `## ${title}`,
    "",
    `\`npm run bench -- ${name}\`, ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, Node ${process.versions.node}, ${versions()}`,
    "",
    "| what | figure | target | |",
    "|---|---|---|---|",
    ...lines,
    ...(notes.length > 0 ? ["", ...notes.map((note) => `- ${note}`)] : []),
  ].join("\n");
}

function versions(): string {
  const require = createRequire(join(process.cwd(), "package.json"));
  return PACKAGES.map((name) => {
    const path = join(process.cwd(), "node_modules", name, "package.json");
    const { version } = require(path) as { version: string };
    return `${name} ${version}`;
  }).join(", ");
}
