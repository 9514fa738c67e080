import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { findStateFiles } from "../../../src/vite/find-state-files.ts";
import { StatePattern } from "../../../src/vite/state-pattern.ts";
import { tempProject } from "./temp-project.ts";

const state = (name: string) => `import { State } from "meanwhile";\nexport class ${name} extends State {}\n`;

test("state modules are found in src, in a stable order, without tests and dependencies", async () => {
  await using project = await tempProject({
    "src/b.state.ts": "",
    "src/a/z.state.tsx": "",
    "src/a/z.state.test.ts": "",
    "src/node_modules/x/x.state.ts": "",
    "src/.hidden/x.state.ts": "",
    "src/plain.ts": "",
    "elsewhere.state.ts": "",
  });
  expect(
    (await findStateFiles(project.root, new StatePattern())).map((file) => project.modules.relative(file)),
  ).toEqual(["src/a/z.state.tsx", "src/b.state.ts"]);
});

test("in a project without src they are found everywhere, by a pattern of its own too", async () => {
  await using project = await tempProject({
    "states/tasks.server.ts": "",
    "states/tasks.state.ts": "",
    "dist/old.server.ts": "",
  });
  const found = await findStateFiles(project.root, new StatePattern(/\.server\.ts$/g));
  expect(found.map((file) => project.modules.relative(file))).toEqual(["states/tasks.server.ts"]);
});

test("a name used twice is told in both modules, naming both files", async () => {
  await using project = await tempProject({
    "src/a.state.ts": state("Task"),
    "src/b.state.ts": state("Task"),
    "src/c.state.ts": state("Other"),
  });
  const message =
    "Two state classes are named Task: one in src/a.state.ts, one in src/b.state.ts. States are known by their name everywhere; rename one of them.";
  for (const file of ["src/a.state.ts", "src/b.state.ts"]) {
    const problems = await project.modules.problemsOf(await project.modules.read(project.path(file)));
    expect(problems).toEqual([
      expect.objectContaining({
        file: project.path(file),
        message,
        offset: state("").indexOf("extends") - 1,
        errorCode: "DUPLICATE_STATE",
      }),
    ]);
  }
  expect(await project.modules.problemsOf(await project.modules.read(project.path("src/c.state.ts")))).toEqual([]);
});

test("a name used twice in one module is told, one class under two export names is not", async () => {
  await using project = await tempProject({
    "src/a.state.ts": `import { State } from "meanwhile"; export class A extends State {} export default A; { } export const B = class A extends State {};`,
  });
  const problems = await project.modules.problemsOf(await project.modules.read(project.path("src/a.state.ts")));
  expect(problems.map(({ message }) => message)).toEqual([
    expect.stringContaining("one in src/a.state.ts, one in src/a.state.ts"),
  ]);
});

test("an edited module is read again", async () => {
  await using project = await tempProject({ "src/a.state.ts": state("A") });
  const file = project.path("src/a.state.ts");
  expect(await project.modules.statesOf(file)).toMatchObject([{ stateName: "A" }]);
  await writeFile(file, state("B"));
  expect(await project.modules.statesOf(file)).toMatchObject([{ stateName: "B" }]);
  await writeFile(file, "export class {");
  expect(await project.modules.statesOf(file)).toEqual([]);
});
