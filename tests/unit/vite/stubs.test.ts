import { expect, test } from "vitest";
import { browserExportsOf } from "../../../src/vite/browser-exports.ts";
import { makeStub } from "../../../src/vite/make-stub.ts";
import { parseModule } from "../../../src/vite/source-module.ts";
import { tempProject } from "./temp-project.ts";

const stubOf = (states: Record<string, string>, isDev = false) =>
  makeStub({ states: new Map(Object.entries(states)), serverOnly: new Set() }, { isDev });

test("a stub carries names and nothing else", () => {
  expect(stubOf({ MyTaskState: "MyTaskState", default: "Other" })).toBe(
    'import { stateRef } from "meanwhile/client";\nexport const MyTaskState = /* @__PURE__ */ stateRef("MyTaskState");\nexport default /* @__PURE__ */ stateRef("Other");\n',
  );
  expect(stubOf({})).toBe("export {};\n");
});

test("in development it accepts its own updates", () => {
  expect(stubOf({ A: "A" }, true)).toContain("if (import.meta.hot) import.meta.hot.accept();");
});

test("odd export names are still a module", () => {
  const stub = stubOf({ "two words": "A", $ok: "B", été: "C" });
  const names = parseModule("/stub.js", stub).module.staticExports.flatMap(({ entries }) =>
    entries.map(({ exportName }) => exportName.name),
  );
  expect(names).toEqual(["two words", "$ok", "été"]);
});

test("states passed on from other state modules are offered, whatever else those have is not", async () => {
  await using project = await tempProject({
    "src/a.state.ts":
      'import { State } from "meanwhile"; export class A extends State {} export { B as Renamed, limit } from "./b.state"; export * from "./c.state"; export * from "./d";',
    "src/b.state.ts": 'import { State } from "meanwhile"; export class B extends State {} export const limit = 1;',
    "src/c.state.ts":
      'import { State } from "meanwhile"; export class C extends State {} export default class D extends State {} export * from "./a.state"; export const helper = 1;',
    "src/d.ts": "export const secret = 1;",
  });
  const { states, serverOnly } = await browserExportsOf(
    project.path("src/a.state.ts"),
    project.modules,
    project.resolve,
  );
  expect(Object.fromEntries(states)).toEqual({ A: "A", Renamed: "B", C: "C" });
  expect([...serverOnly]).toEqual(["limit", "helper"]);
});
