// Runs every check, all to the end, and closes with the sum: `N passed, N failed`. Exit code 1 if anything failed.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { compiles, exampleProjects, PROJECTS } from "./check-types.mjs";
import { ensureChromium } from "./chromium.mjs";
import { commandOf, root, runNode } from "./run.mjs";

/** @typedef {import("./outcome-reporter.mjs").Failure} Failure */
/** @typedef {import("./outcome-reporter.mjs").Outcome} Outcome a check without tests of its own counts as one */

const results = join(root, ".cache", "test-results");
/** What the end of the log tells of the failures: the rest is further up. */
const TOLD = { failures: 12, lines: 12, columns: 240 };

/**
 * A check that passes or fails as a whole.
 *
 * @param {boolean} ok
 * @param {...Failure} failures
 * @returns {Outcome}
 */
function one(ok, ...failures) {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, failures };
}

/**
 * @param {readonly Outcome[]} outcomes
 * @returns {Outcome}
 */
function sum(outcomes) {
  return outcomes.reduce(
    (total, { passed, failed, skipped, failures }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
      skipped: total.skipped + skipped,
      failures: [...total.failures, ...failures],
    }),
    { passed: 0, failed: 0, skipped: 0, failures: [] },
  );
}

/** @param {readonly string[]} projects */
async function compileAll(projects) {
  const outcomes = [];
  for (const project of projects) {
    const ok = await compiles(project);
    console.log(`${ok ? "ok    " : "FAILED"} ${project}`);
    outcomes.push(ok ? one(true) : one(false, { name: project, message: "does not compile" }));
  }
  return sum(outcomes);
}

/**
 * Vitest over some of its projects. What fails outside any test (a file that does not load, a leak, an unhandled rejection) counts
 * as failed too.
 *
 * @param {...string} projects
 * @returns {Promise<Outcome>}
 */
async function vitest(...projects) {
  const report = join(results, `${projects.join("-")}.json`);
  rmSync(report, { force: true });
  const selection = projects.flatMap((project) => ["--project", project]);
  const code = await runNode(commandOf("vitest"), [
    "run",
    ...selection,
    "--reporter=dot",
    `--reporter=${join(root, "scripts", "outcome-reporter.mjs")}`,
    `--outputFile=${report}`,
  ]);
  if (!existsSync(report)) return one(false);
  /** @type {Outcome} */
  const outcome = JSON.parse(readFileSync(report, "utf8"));
  return outcome.failed === 0 && code !== 0 ? { ...outcome, failed: 1 } : outcome;
}

/** @type {readonly [title: string, run: () => Promise<Outcome>][]} */
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
 * @param {() => Promise<Outcome>} step
 */
async function runStep(title, step) {
  console.log(`\n=== ${title} ===\n`);
  const startedAt = performance.now();
  /** @type {Outcome} */
  let outcome;
  try {
    outcome = await step();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    outcome = one(false, { name: title, message: error instanceof Error ? error.message : String(error) });
  }
  return { title, outcome, seconds: (performance.now() - startedAt) / 1000 };
}

/**
 * The first of the failures, each with the first lines of what it says.
 *
 * @param {readonly Failure[]} failures
 */
function tell(failures) {
  for (const { name, message } of failures.slice(0, TOLD.failures)) {
    console.log(`\nFAILED ${name}`);
    const lines = message.split("\n").filter((line) => line.trim() !== "");
    for (const line of lines.slice(0, TOLD.lines)) console.log(`  ${line.slice(0, TOLD.columns)}`);
    if (lines.length > TOLD.lines) console.log("  ...");
  }
  if (failures.length > TOLD.failures) console.log(`\n... and ${failures.length - TOLD.failures} more`);
}

mkdirSync(results, { recursive: true });
const steps = [];
for (const [title, step] of STEPS) steps.push(await runStep(title, step));

console.log("\n=== Sum ===\n");
for (const { title, outcome, seconds } of steps) {
  const verdict = outcome.failed > 0 ? "FAILED" : "ok    ";
  console.log(`${verdict} ${title}: ${outcome.passed} passed, ${outcome.failed} failed (${seconds.toFixed(1)} s)`);
}
const total = sum(steps.map(({ outcome }) => outcome));
tell(total.failures);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exit(total.failed > 0 ? 1 : 0);
