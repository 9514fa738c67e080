import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { fixture } from "./fixture.ts";

const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");

const TEST = (environment: string) => `// @vitest-environment ${environment}
import { expect, test } from "vitest";
import { State } from "meanwhile";
import { createTestApp } from "meanwhile/testing";
import { limit, TaskState } from "./task.state";

test("states are real", async () => {
  expect(typeof document).toBe("${environment === "node" ? "undefined" : "object"}");
  expect(TaskState.prototype).toBeInstanceOf(State);
  expect(TaskState.name).toBe("TaskState");
  expect(limit).toBe(3);
  await using app = createTestApp({ states: [TaskState] });
  const task = app.connect().state(TaskState);
  await app.settle();
  await task.add(2);
  expect(task.counter).toBe(7);
});
`;

test("under a project's Vitest state classes are real, in Node's environment and a browser's", async () => {
  await using project = await fixture({
    "src/task.state.ts":
      'import { State, event } from "meanwhile"; export const limit = 3; export class TaskState extends State { counter = 5; @event add(n: number) { this.counter += n; } }',
    "src/node.test.ts": TEST("node"),
    "src/page.test.ts": TEST("happy-dom"),
    "vite.config.js": 'import { meanwhile } from "meanwhile/vite";\nexport default { plugins: [meanwhile()] };\n',
  });
  const { VITEST: _, VITEST_WORKER_ID: __, VITEST_POOL_ID: ___, NODE_OPTIONS: ____, ...env } = process.env;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [vitest, "run", "--root", project.root, "--no-file-parallelism"],
    {
      cwd: project.root,
      env,
      timeout: 55_000,
    },
  );
  expect(stdout.replaceAll(/\u001b\[\d+m/g, "")).toMatch(/Tests +2 passed/);
}, 60_000);
