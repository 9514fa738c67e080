// Runs every check, all to the end, and closes with the sum: `N passed, N failed`. Exit code 1 if anything failed.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { compiles, exampleProjects, PROJECTS } from "./check-types.mjs";
import { ensureChromium } from "./chromium.mjs";
import { commandOf, root, runNode } from "./run.mjs";

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts what one step counted; a check without tests of its own counts as one */

const results = join(root, ".cache", "test-results");

/**
 * A check that passes or fails as a whole.
 *
 * @param {boolean} ok
 * @returns {Counts}
 */
function one(ok) {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

/**
 * @param {readonly Counts[]} counts
 * @returns {Counts}
 */
function sum(counts) {
  return counts.reduce(
    (total, { passed, failed, skipped }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
      skipped: total.skipped + skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** @param {readonly string[]} projects */
async function compileAll(projects) {
  const counts = [];
  for (const project of projects) {
    const ok = await compiles(project);
    console.log(`${ok ? "ok    " : "FAILED"} ${project}`);
    counts.push(one(ok));
  }
  return sum(counts);
}

/**
 * Vitest over some of its projects. What fails outside any test (a file that does not load, a leak, an unhandled rejection) counts
 * as failed too.
 *
 * @param {...string} projects
 * @returns {Promise<Counts>}
 */
async function vitest(...projects) {
  const report = join(results, `${projects.join("-")}.json`);
  rmSync(report, { force: true });
  const selection = projects.flatMap((project) => ["--project", project]);
  const code = await runNode(commandOf("vitest"), [
    "run",
    ...selection,
    "--reporter=dot",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  if (!existsSync(report)) return one(false);
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, "utf8"),
  );
  /** @type {{ status: string, assertionResults: { status: string }[] }[]} */
  const files = testResults;
  const broken = files.filter(
    (file) => file.status === "failed" && file.assertionResults.every(({ status }) => status !== "failed"),
  );
  const failed = numFailedTests + broken.length;
  return {
    passed: numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: numPendingTests + numTodoTests,
  };
}

/** @type {readonly [title: string, run: () => Promise<Counts>][]} */
const STEPS = [
  ["Format", async () => one((await runNode(commandOf("oxfmt"), ["--check"])) === 0)],
  ["Types", () => compileAll(PROJECTS)],
  // From here on the examples are looked at too, and they see the package as its users do.
  ["Build", async () => one(await build())],
  ["Types of the examples", () => compileAll(exampleProjects())],
  [
    "Lint",
    async () => {
      const args = ["--type-aware", "--deny-warnings", "--report-unused-disable-directives"];
      return one((await runNode(commandOf("oxlint"), args)) === 0);
    },
  ],
  ["Unused files, exports and dependencies", async () => one((await runNode(commandOf("knip"))) === 0)],
  ["Unit, property, contract and architecture", () => vitest("unit", "property", "contract", "architecture")],
  ["Integration", () => vitest("integration")],
  [
    "End to end, in Chromium",
    async () => {
      process.env["CHROMIUM_PATH"] = await ensureChromium();
      return vitest("e2e");
    },
  ],
  ["Package", () => vitest("package")],
];

/**
 * One step under its heading; what it throws is its failure.
 *
 * @param {string} title
 * @param {() => Promise<Counts>} step
 */
async function runStep(title, step) {
  console.log(`\n=== ${title} ===\n`);
  const startedAt = performance.now();
  /** @type {Counts} */
  let counts;
  try {
    counts = await step();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    counts = one(false);
  }
  return { title, counts, seconds: (performance.now() - startedAt) / 1000 };
}

mkdirSync(results, { recursive: true });
const outcomes = [];
for (const [title, step] of STEPS) outcomes.push(await runStep(title, step));

console.log("\n=== Sum ===\n");
for (const { title, counts, seconds } of outcomes) {
  const verdict = counts.failed > 0 ? "FAILED" : "ok    ";
  console.log(`${verdict} ${title}: ${counts.passed} passed, ${counts.failed} failed (${seconds.toFixed(1)} s)`);
}
const total = sum(outcomes.map(({ counts }) => counts));
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exit(total.failed > 0 ? 1 : 0);
