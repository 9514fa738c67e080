// What a run of vitest came to, for scripts/test.mjs: vitest's own JSON has no diffs, and not all that fails outside of tests.
import { writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";

/** @typedef {{ name: string, message: string }} Failure one thing that failed, and how; the name begins with the file */
/** @typedef {{ passed: number, failed: number, skipped: number, failures: Failure[] }} Outcome what one step counted; `failures` may know less than `failed` */

/** @typedef {{ message: string, stack?: string | undefined, diff?: string | undefined, stacks?: import("vitest").ParsedStack[] }} RunError */

/**
 * An error for a log: its message, where it was thrown, and the difference if it has one.
 *
 * @param {RunError} error
 */
function describe({ message, stack, diff, stacks = [] }) {
  const [frame] = stacks;
  const place =
    frame === undefined ? stack?.split("\n").find((line) => /^\s+at /.test(line)) : `at ${frame.file}:${frame.line}`;
  return stripVTControlCharacters([message, place?.trim(), diff].filter(Boolean).join("\n"));
}

/** Writes the outcome of a run to `--outputFile`. Vitest wants it as the default export. */
export default class OutcomeReporter {
  /** @type {import("vitest/node").Vitest | undefined} */
  #vitest;

  /** @param {import("vitest/node").Vitest} vitest */
  onInit(vitest) {
    this.#vitest = vitest;
  }

  /**
   * @param {readonly import("vitest/node").TestModule[]} modules
   * @param {readonly RunError[]} unhandled
   */
  onTestRunEnd(modules, unhandled) {
    /** @type {Outcome} */
    const outcome = { passed: 0, failed: 0, skipped: 0, failures: [] };
    /** @type {(name: string, errors: readonly RunError[]) => void} */
    const fail = (name, errors) => {
      outcome.failed += 1;
      outcome.failures.push({ name, message: errors.map(describe).join("\n") });
    };
    for (const module of modules) {
      const file = module.relativeModuleId;
      if (module.errors().length > 0) fail(file, module.errors());
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) fail(`${file} > ${suite.fullName}`, suite.errors());
      }
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === "failed") fail(`${file} > ${test.fullName}`, errors);
        else if (state === "passed") outcome.passed += 1;
        else if (state === "skipped") outcome.skipped += 1;
        // Its worker is gone: without its name nobody would know where to look.
        else fail(`${file} > ${test.fullName}`, [{ message: "did not end" }]);
      }
    }
    for (const error of unhandled) fail("Unhandled, outside of tests", [error]);
    const file = this.#vitest?.config.outputFile;
    if (typeof file === "string") writeFileSync(file, JSON.stringify(outcome));
  }
}
