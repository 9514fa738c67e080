import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { connect, stateRef } from "../../../src/client/index.ts";
import { fixture, PATIENCE } from "./fixture.ts";

const STATE = `
import { readFileSync } from "node:fs";
import { State, event } from "meanwhile";
import { helper } from "./server-helper";

globalThis.ranAtBuild = true;
const CANARY = "canary-in-the-module";

export class TaskState extends State {
  counter = 5;
  title = "title-canary" + CANARY;
  _secret = process.env.FIXTURE_SECRET ?? "none";
  madeAt = Date.now();
  get half() { return this.counter / 2; }
  @event async add(n: number) { this.counter += helper(n) + (readFileSync.length > 99 ? 1 : 0); return this.counter; }
  @event fail() { throw new Error("a failure with a place"); }
}
export const serverConstant = "canary-constant";
export interface Row { id: number }
`;

const PROJECT = {
  "src/task.state.ts": STATE,
  "src/server-helper.ts": 'export const helper = (n: number) => n; export const unused = "canary-helper";',
  "src/main.ts":
    'import { TaskState, type Row } from "./task.state";\nconst rows: Row[] = [];\nconsole.log(TaskState, rows);\n',
};

describe("one build", () => {
  test("writes both bundles; the browser's holds nothing of the server's modules, maps included, and the server's runs", async () => {
    await using project = await fixture(PROJECT);
    process.env["FIXTURE_SECRET"] = "a-secret-of-build-time";
    await project.build(undefined, { build: { sourcemap: true, minify: false } });
    delete process.env["FIXTURE_SECRET"];
    expect((globalThis as { ranAtBuild?: boolean }).ranAtBuild).toBeUndefined();

    const page = JSON.stringify(await project.readAll("dist/client"));
    expect(page).toContain("TaskState");
    for (const word of [
      "canary",
      "a-secret",
      "node:fs",
      "server-helper",
      "readFileSync",
      "serverConstant",
      "madeAt",
      "counter",
      "half",
      "_secret",
    ]) {
      expect(page, word).not.toContain(word);
    }
    const bundle = JSON.stringify(await project.readAll("dist/server"));
    expect(bundle).toContain("canary-in-the-module");
    expect(bundle).not.toContain("a-secret");

    await using server = await project.serve({ FIXTURE_SECRET: "a-secret-of-run-time" });
    const html = await (await fetch(server.url)).text();
    const { states } = JSON.parse(/id="meanwhile-data">(.*?)<\/script>/.exec(html)![1]!) as {
      states: { TaskState: { full: { counter: number; half: number; madeAt: number }; events: string[] } };
    };
    expect(states.TaskState).toMatchObject({ full: { counter: 5, half: 2.5 }, events: ["add", "fail"] });
    expect(states.TaskState.full.madeAt).toBeGreaterThan(Date.now() - 30_000);
    expect(html).not.toContain("a-secret");

    using client = connect({ url: server.url, webSocket: WebSocket });
    const replica = client.state(stateRef("TaskState"));
    expect(await replica.call("add", [3])).toBe(8);
    await expect(replica.call("fail", [])).rejects.toThrow("The event failed on the server");
    await expect.poll(() => server.output(), PATIENCE).toMatch(/src\/task\.state\.ts:16:/);

    server.process.kill("SIGTERM");
    const [code] = (await once(server.process, "exit")) as [number];
    expect(code).toBe(0);
  });

  test("a project's own app is served, by default export or by name, and can be taken into another server", async () => {
    await using project = await fixture({
      ...PROJECT,
      "src/server.ts":
        'import { App } from "meanwhile/server";\nimport { TaskState } from "./task.state";\nexport default new App({ states: [TaskState], path: "/own" });\n',
    });
    await project.build();
    await using server = await project.serve();
    expect(await (await fetch(server.url)).text()).toContain('{"path":"/own"');
    // Wherever it is started from.
    expect((await fetch(`${server.url}/deep/link`, { headers: { accept: "text/html" } })).status).toBe(200);
    const { app } = (await import(`${project.root}/dist/server/app.js`)) as {
      app: { path: string; close(): Promise<void> };
    };
    expect(app.path).toBe("/own");
    await app.close();
  });

  test("a socket path given to the plugin reaches the page", async () => {
    await using project = await fixture(PROJECT);
    await project.build({ path: "/socket" });
    await using server = await project.serve();
    expect(await (await fetch(server.url)).text()).toContain('{"path":"/socket"');
    expect((await fetch(`${server.url}/socket/health`)).status).toBe(200);
  });

  test("a server of another kind in src/server.ts is left alone", async () => {
    await using project = await fixture({ ...PROJECT, "src/server.ts": "throw new Error('It ran.');" });
    await project.build();
    await using server = await project.serve();
    expect(await (await fetch(server.url)).text()).toContain('"TaskState"');
  });

  test("a project without states still builds", async () => {
    await using project = await fixture({ "src/main.ts": "console.log(1);" });
    await project.build();
    await using server = await project.serve();
    expect((await fetch(server.url)).status).toBe(200);
  });
});

/** What a build fails with. */
async function failure(files: Record<string, string>): Promise<string> {
  await using project = await fixture({ ...PROJECT, ...files });
  try {
    await project.build();
  } catch (error) {
    return (error as Error).message.replaceAll(project.root, "").replaceAll(/\u001b\[\d+m/g, "");
  }
  throw new Error("It built.");
}

describe("a build fails, naming the place, when", () => {
  test.each([
    [
      "a value of a state module is imported",
      'import { useState } from "react";\nimport { TaskState, serverConstant } from "./task.state";\nconsole.log(serverConstant, TaskState);',
      "2:20",
      'src/main.ts imports "serverConstant" from "./task.state" in browser code',
    ],
    [
      "State is imported",
      'import { State } from "meanwhile";\nclass A extends State {}\nconsole.log(A);',
      "1:9",
      'src/main.ts imports "State" from "meanwhile" in browser code',
    ],
    [
      "event is imported",
      'import { event } from "meanwhile";\nconsole.log(event);',
      "1:9",
      'src/main.ts imports "event" from "meanwhile" in browser code',
    ],
    [
      "the server is imported",
      'import { App } from "meanwhile/server";\nconsole.log(App);',
      "1:9",
      'src/main.ts imports "meanwhile/server" in browser code',
    ],
    [
      "a state module's text is imported",
      'import text from "./task.state.ts?raw";\nconsole.log(text);',
      "1:7",
      'src/main.ts imports "./task.state.ts?raw" in browser code: a state module runs on the server, and browser code can\'t have its text',
    ],
    [
      "all of a state module is imported",
      'import * as all from "./task.state";\nconsole.log(all);',
      "1:12",
      'src/main.ts takes all of "./task.state" into browser code',
    ],
  ])("%s in browser code", async (_, code, place, message) => {
    const text = await failure({ "src/main.ts": code });
    expect(text).toContain(message);
    expect(text).toContain(`/src/main.ts:${place}`);
  });

  test("a state module's text is taken in by a glob", async () => {
    expect(
      await failure({ "src/main.ts": 'console.log(import.meta.glob("./*.state.ts", { query: "?raw" }));' }),
    ).toContain("browser code can't have its text");
  });

  test("a state class breaks a rule", async () => {
    const text = await failure({
      "src/task.state.ts":
        'import { State } from "meanwhile";\nexport class TaskState extends State {\n  #hidden = 1;\n}\nexport interface Row {}',
    });
    expect(text).toContain("TaskState.#hidden is a #private member");
    expect(text).toContain("/src/task.state.ts:3:2");
  });

  test("two states have one name", async () => {
    const text = await failure({
      "src/other.state.ts": 'import { State } from "meanwhile";\nexport class TaskState extends State {}',
    });
    expect(text).toContain(
      "Two state classes are named TaskState: one in src/other.state.ts, one in src/task.state.ts.",
    );
  });

  test("a state module imports the server's entry", async () => {
    const text = await failure({
      "src/server.ts":
        'import { App } from "meanwhile/server";\nimport { TaskState } from "./task.state";\nexport const app = new App({ states: [TaskState] });',
      "src/server-helper.ts":
        'import { app } from "./server"; export const helper = (n: number) => n + app.backgroundTasks.size;',
    });
    expect(text).toContain(
      "src/task.state.ts imports src/server-helper.ts, which imports src/server.ts, and src/server.ts imports the state modules: a circle",
    );
  });
});
