import { expect, test } from "vitest";
import { lowerDecorators } from "../../../src/vite/lower-decorators.ts";

test("a module without decorators is left alone", async () => {
  expect(await lowerDecorators("/a.ts", 'export const mail = "me@example.com"; // @event nothing')).toBeUndefined();
});

test("decorators run, fields are defined, and the class keeps its name", async () => {
  const lowered = await lowerDecorators(
    "/a.ts",
    "const seen: string[] = [];\nconst mark = (method: unknown, context: { name: string }) => void seen.push(context.name);\n" +
      "class Parent { set x(value: number) { throw new Error('set'); } }\n" +
      "export default class Task extends Parent { x = 1; @mark go(n: number) { return new.target; } }\nexport { seen };",
  );
  const { default: Task, seen } = (await import(`data:text/javascript,${encodeURIComponent(lowered!.code)}`)) as {
    default: { new (): { x: number }; name: string };
    seen: string[];
  };
  expect([Task.name, new Task().x, seen]).toEqual(["Task", 1, ["go"]]);
});

test("the map leads back to what was written", async () => {
  const lowered = await lowerDecorators(
    "/dir/a.ts",
    "import { event } from 'meanwhile';\n\nexport class A { @event go() {} }",
  );
  const map = JSON.parse(lowered!.map) as { sources: string[]; sourcesContent: string[]; mappings: string };
  expect(map.sources[0]).toMatch(/a\.ts$/);
  expect(map.sourcesContent[0]).toContain("export class A");
  expect(map.mappings).not.toBe("");
});

test("TSX stays TSX for the compilers that follow", async () => {
  const lowered = await lowerDecorators("/a.tsx", "class A { @dec go() {} }\nexport const view = <b>{1}</b>;");
  expect(lowered!.code).toContain("<b>{1}</b>");
});

test("what can't be compiled has its place", async () => {
  await expect(
    lowerDecorators("/a.ts", "// \u{1F600}\nclass A { @dec go() {} }\n/* \u{1F600} */ await = 1;"),
  ).rejects.toMatchObject({ name: "SourceError", loc: { file: "/a.ts", line: 3 } });
});
