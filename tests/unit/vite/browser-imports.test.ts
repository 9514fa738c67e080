import { expect, test } from "vitest";
import { checkBrowserImports } from "../../../src/vite/check-browser-imports.ts";
import { SourceError } from "../../../src/vite/source-error.ts";
import { parseModule } from "../../../src/vite/source-module.ts";
import { tempProject } from "./temp-project.ts";

const STATES = {
  "src/broken.state.ts": "export class {",
  "src/a.state.ts":
    'import { State } from "meanwhile"; export class A extends State {} export const limit = 10; export default function helper() {}',
  "src/only.state.ts": 'import { State } from "meanwhile"; export class Only extends State {}',
};

/** What browser code with the text `written` is refused for; `compiled` is what the compiler made of it. */
async function refusal(written: string, compiled = written, file = "src/app.tsx"): Promise<string | undefined> {
  await using project = await tempProject({ ...STATES, [file]: written });
  try {
    await checkBrowserImports(parseModule(project.path(file), compiled, "jsx"), project.modules, project.resolve);
    return undefined;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return `${error.loc.line}:${error.loc.column + 1} ${error.message}`;
  }
}

test("states, types and the modules of the browser are fine", async () => {
  expect(
    await refusal(
      'import { A } from "./a.state"; import { Only as Mine } from "./only.state"; export { A }; import "./a.state";',
    ),
  ).toBeUndefined();
  expect(
    await refusal(
      'import { PublicError } from "meanwhile"; import { useServerState } from "meanwhile/react"; import fs from "./fs.state";',
    ),
  ).toBeUndefined();
  expect(
    await refusal('import type { limit } from "./a.state"; import { State } from "meanwhile";', ""),
  ).toBeUndefined();
  expect(
    await refusal('import * as states from "./only.state"; export * from "./only.state"; import("./only.state");'),
  ).toBeUndefined();
});

test("a state module that can't be parsed is not the importer's mistake", async () => {
  expect(await refusal('import { limit } from "./broken.state";')).toBeUndefined();
});

test("anything else of a state module is named, with its place as it was written", async () => {
  const written = 'import type { Row } from "./row";\nimport {\n  A,\n  limit,\n} from "./a.state";\n';
  expect(await refusal(written, 'import { A, limit } from "./a.state";')).toBe(
    '4:3 src/app.tsx imports "limit" from "./a.state" in browser code, and it is not a state class. A state module runs on the server; browser code gets ' +
      "references to its state classes (A) and nothing else. Move limit to a module that both sides import, or, if it is a type, use `import type`.",
  );
  expect(await refusal('import help from "./a.state";')).toMatch(
    /^1:8 src\/app\.tsx imports "default" from "\.\/a\.state" in browser code/,
  );
  expect(await refusal('export { limit as max } from "./a.state";')).toMatch(/^1:10 src\/app\.tsx imports "limit"/);
  expect(await refusal('import { nothing } from "./a.state";')).toMatch(/imports "nothing"/);
});

test("all of a state module that has more than states is refused", async () => {
  for (const code of [
    'import * as all from "./a.state";',
    'export * from "./a.state";',
    'export * as all from "./a.state";',
    'void import("./a.state");',
  ]) {
    expect(await refusal(code)).toMatch(
      /src\/app\.tsx takes all of "\.\/a\.state" into browser code, which has exports that only the server has \(limit, default\)\. Name the state classes that you need: A\./,
    );
  }
});

test("State and event, and the server's entry, have no place in browser code", async () => {
  expect(await refusal('import { useState } from "react";\nimport { State } from "meanwhile";')).toBe(
    '2:10 src/app.tsx imports "State" from "meanwhile" in browser code. State classes run on the server: put this one in a module whose name ends with ' +
      ".state.ts, and import it from there; browser code then gets a reference to it. What a page needs is in meanwhile/react and meanwhile/client.",
  );
  expect(await refusal('import { event as on } from "meanwhile";')).toMatch(
    /^1:10 src\/app\.tsx imports "event" from "meanwhile"/,
  );
  expect(await refusal('import * as m from "meanwhile";')).toMatch(/^1:13 src\/app\.tsx imports all of "meanwhile"/);
  expect(await refusal('import { App } from "meanwhile/server";')).toMatch(
    /^1:10 src\/app\.tsx imports "meanwhile\/server" in browser code, where there is no server/,
  );
});

test("a file that is not JavaScript as it stands still has a place", async () => {
  const written = '<script setup>\nimport { limit } from "./a.state";\n</script>\n<template>{{ limit }}</template>';
  expect(await refusal(written, 'import { limit } from "./a.state";', "src/App.vue")).toMatch(
    /^2:24 src\/App\.vue imports "limit"/,
  );
});
