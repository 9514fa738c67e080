import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createVite, type RunnableDevEnvironment } from "vite";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { connect, stateRef } from "../../../src/client/index.ts";
import type { App } from "../../../src/server/index.ts";
import { dependenciesBundled, fixture, PATIENCE, type DevServer } from "./fixture.ts";

const state = ({
  name = "TaskState",
  fields = "counter = 5; note = 'first'; _hidden = 'canary-backend';",
  add = "n",
  extra = "",
} = {}) => `
import { State, event } from "meanwhile";
import { count } from "./database";
import { scale } from "./scale";
${extra}
export class ${name} extends State {
  ${fields}
  opened = count();
  @event add(n: number) { this.counter += scale(${add}); return this.counter; }
}
`;

const PROJECT = {
  "src/task.state.ts": state(),
  // Evaluated once however often the states are reloaded.
  "src/database.ts":
    "globalThis.databases = (globalThis.databases ?? 0) + 1; const mine = globalThis.databases; export const count = () => mine;",
  "src/scale.ts": "export const scale = (n: number) => n;",
  "src/main.ts": 'import { TaskState } from "./task.state";\nconsole.log(TaskState);\n',
};

interface Shown {
  counter: number;
  note: string;
  opened: number;
}

/** A page of the dev server, without a browser. */
function page(dev: DevServer, path?: string) {
  const client = connect({
    url: dev.url,
    webSocket: WebSocket,
    ...(path === undefined ? {} : { path }),
    onError: () => {},
  });
  const replica = client.state(stateRef("TaskState"));
  const unsubscribe = replica.subscribe(() => {});
  return {
    client,
    values: () => replica.values as unknown as Shown | undefined,
    add: (n: number) => replica.call("add", [n]),
    loaded: () => replica.loaded(),
    [Symbol.dispose]() {
      unsubscribe();
      client[Symbol.dispose]();
    },
  };
}

/** Reloads that an edit brought about; one for dependencies that Vite has bundled says nothing of an edit. */
const pageReloads = (dev: DevServer) =>
  dev.sent.filter(
    ({ type, path, triggeredBy }) => type === "full-reload" && (path !== "*" || triggeredBy !== undefined),
  );
const reloads = (dev: DevServer) => dev.log.filter((line) => line.includes("states reloaded")).length;
const failures = (dev: DevServer) =>
  dev.log.filter((line) => /The (?:change was not taken over|app does not start)/.test(line));

describe("the dev server", () => {
  test("serves references in place of state modules, and the states' values as they are now", async () => {
    await using project = await fixture(PROJECT);
    await using dev = await project.dev();
    const stub = await dev.get("/src/task.state.ts");
    expect(stub).toContain('stateRef("TaskState")');
    expect(stub).not.toMatch(/counter|canary|database/);
    expect(await dev.data()).toMatchObject({ TaskState: { counter: 5, note: "first" } });
    expect(await dev.get("/")).not.toContain("canary");

    using mine = page(dev);
    expect(await mine.add(2)).toBe(7);
  });

  test("its environment gives routes the app that pages are connected to", async () => {
    await using project = await fixture(PROJECT);
    await using dev = await project.dev();
    using mine = page(dev);
    await mine.loaded();
    const { runner } = dev.vite.environments.ssr as RunnableDevEnvironment;
    const { app } = await runner.import<{ app: App }>("virtual:meanwhile/app");
    expect([...app.eventNamespace.tokenToSid.values()]).toEqual([mine.client.connection.sessionId]);
  });

  test("takes an edit in and keeps what sessions hold; other modules stay as they are", async () => {
    await using project = await fixture(PROJECT);
    await using dev = await project.dev();
    using mine = page(dev);
    expect(await mine.add(2)).toBe(7);
    const { opened } = mine.values()!;

    await dev.edit("src/task.state.ts", state({ fields: "counter = 0; title = 'new';", add: "n * 10" }));
    await expect.poll(() => mine.values(), PATIENCE).toMatchObject({ counter: 7, title: "new" });
    expect(mine.values()).not.toHaveProperty("note");
    expect(await mine.add(1)).toBe(17);
    expect(mine.values()!.opened).toBe(opened);
    expect(await dev.data()).toMatchObject({ TaskState: { counter: 0, title: "new", opened } });

    // What a state module imports counts as well.
    await dev.edit("src/scale.ts", "export const scale = (n: number) => n * 100;");
    await expect.poll(() => reloads(dev), PATIENCE).toBe(2);
    expect(await mine.add(1)).toBe(1017);
    expect(pageReloads(dev)).toEqual([]);
  });

  test("takes in state modules that are made and deleted", async () => {
    await using project = await fixture(PROJECT);
    await using dev = await project.dev();
    await dev.edit(
      "src/other.state.ts",
      'import { State } from "meanwhile"; export class OtherState extends State { x = 1; }',
    );
    await expect.poll(async () => Object.keys(await dev.data()), PATIENCE).toEqual(["OtherState", "TaskState"]);
    await project.remove("src/other.state.ts");
    await expect.poll(async () => Object.keys(await dev.data()), PATIENCE).toEqual(["TaskState"]);
  });

  test("reports what does not compile, with its place, in the terminal and the overlay; the old app goes on", async () => {
    await using project = await fixture(PROJECT);
    await using dev = await project.dev();
    using mine = page(dev);
    await mine.add(1);
    await dev.get("/src/task.state.ts");

    await dev.edit("src/task.state.ts", state({ fields: "counter = ;" }));
    await expect.poll(() => failures(dev), PATIENCE).toHaveLength(1);
    expect(failures(dev)[0]).toMatch(/src\/task\.state\.ts:7:13\n[^]*7 \|   counter = ;\n  \|             \^/);
    const [shown] = dev.sent.filter(({ type }) => type === "error");
    expect(shown?.err).toMatchObject({ loc: { file: `${project.root}/src/task.state.ts`, line: 7, column: 12 } });
    expect(await mine.add(1)).toBe(7);
    expect(await dev.get("/")).toContain("new ErrorOverlay(");
    expect(await dev.get("/src/task.state.ts")).toContain('stateRef("TaskState")');

    await dev.edit("src/task.state.ts", state({ add: "n * 2" }));
    await expect.poll(() => reloads(dev), PATIENCE).toBe(1);
    expect(await mine.add(1)).toBe(9);
    expect(pageReloads(dev)).toHaveLength(1);
    expect(await dev.get("/")).not.toContain("ErrorOverlay");
    expect(dev.log.filter((line) => line.includes("Unexpected token"))).toHaveLength(1);
  });

  test("reports what fails when it runs, with the line as it was written", async () => {
    await using project = await fixture(PROJECT);
    // As a process of its own: Vitest maps stacks by means of its own, which Vite knows nothing of.
    await using child = await project.devProcess();
    await project.write({
      "src/task.state.ts": state({
        extra: "interface Filler { a: number }\nconst nothing = undefined as any;\nnothing.boom();",
      }),
    });
    await expect
      .poll(() => child.output())
      .toMatch(/Cannot read properties of undefined[^]*src\/task\.state\.ts:7:9\n[^]*7 \| nothing\.boom\(\);/);
  });

  test("reports what breaks a rule", async () => {
    await using project = await fixture(PROJECT);
    await using dev = await project.dev();
    await dev.edit("src/task.state.ts", state({ fields: "counter = 1;\n  lock = 2;" }));
    await expect.poll(() => failures(dev), PATIENCE).toHaveLength(1);
    expect(failures(dev)[0]).toMatch(
      /TaskState\.lock takes one of the framework's own names[^]*src\/task\.state\.ts:8:3/,
    );

    // Only the app itself finds this one, when it takes the classes over.
    await dev.edit(
      "src/task.state.ts",
      state({
        fields: "counter = makeFunction();",
        extra: "const makeFunction = () => () => 1 as any;",
      }),
    );
    await expect.poll(() => failures(dev), PATIENCE).toHaveLength(2);
    expect(failures(dev)[1]).toMatch(/TaskState\.counter is a field that holds a function[^]*src\/task\.state\.ts:7:3/);
    expect(await dev.data()).toMatchObject({ TaskState: { counter: 5 } });
  });

  test("starts though the app does not, and again when that is put right", async () => {
    await using project = await fixture({
      ...PROJECT,
      "src/scale.ts": "export const scale = (n: number) => n; throw new Error('not yet');",
    });
    await using dev = await project.dev();
    expect(failures(dev)).toEqual([expect.stringMatching(/not yet[^]*src\/scale\.ts:/)]);
    expect(await dev.get("/")).toContain("new ErrorOverlay(");
    await dev.edit("src/scale.ts", PROJECT["src/scale.ts"]);
    await expect.poll(() => dev.data(), PATIENCE).toMatchObject({ TaskState: { counter: 5 } });
    using mine = page(dev);
    expect(await mine.add(2)).toBe(7);
  });

  test("starts when a module that was missing is made", async () => {
    const { "src/scale.ts": scale, ...rest } = PROJECT;
    await using project = await fixture(rest);
    await using dev = await project.dev();
    expect(failures(dev)).toEqual([expect.stringContaining("./scale")]);
    await dev.edit("src/scale.ts", scale);
    await expect.poll(() => dev.data(), PATIENCE).toMatchObject({ TaskState: { counter: 5 } });
  });

  test("refuses misused imports in browser code, with their place, and again when a name goes away", async () => {
    await using project = await fixture({
      ...PROJECT,
      "src/main.ts":
        'import { TaskState } from "./task.state";\nimport { State } from "meanwhile";\nconsole.log(State, TaskState);',
    });
    await using dev = await project.dev();
    await dev.get("/src/main.ts");
    const [shown] = dev.sent.filter(({ type }) => type === "error");
    expect(shown?.err).toMatchObject({
      message: expect.stringContaining('src/main.ts imports "State" from "meanwhile" in browser code') as string,
      loc: { line: 2, column: 9 },
    });

    await dev.edit("src/main.ts", PROJECT["src/main.ts"]);
    await expect.poll(() => dev.get("/src/main.ts"), PATIENCE).toContain("console.log(TaskState)");
    await dev.get("/src/task.state.ts");
    dev.sent.length = 0;
    await dev.edit("src/task.state.ts", state({ name: "RenamedState" }));
    await expect.poll(() => dev.sent.some(({ type }) => type === "full-reload"), PATIENCE).toBe(true);
    await dev.get("/src/main.ts");
    expect(dev.sent.at(-1)?.err?.message).toContain(
      'src/main.ts imports "TaskState" from "./task.state" in browser code',
    );
  });

  test("closes the app when it closes", async () => {
    await using project = await fixture(PROJECT);
    const dev = await project.dev();
    const socket = new WebSocket(`${dev.url.replace("http", "ws")}/_meanwhile`);
    await once(socket, "open");
    const closed = once(socket, "close");
    await dev.vite.close();
    await closed;
    await expect(fetch(dev.url)).rejects.toThrow("fetch failed");
  });
});

describe("a project's own app in the dev server", () => {
  const SERVER = (options: string) =>
    `import { App } from "meanwhile/server";\nimport { TaskState } from "./task.state";\nexport const app = new App({ states: [TaskState], ${options} });\n`;

  test("keeps sessions when a state is edited, is made anew when its own module is", async () => {
    await using project = await fixture({
      ...PROJECT,
      "src/server.ts": SERVER('path: "/own"'),
      "src/unused.state.ts": 'import { State } from "meanwhile"; export class UnusedState extends State {}',
    });
    await using dev = await project.dev();
    expect(Object.keys(await dev.data())).toEqual(["TaskState"]);
    using mine = page(dev, "/own");
    expect(await mine.add(2)).toBe(7);
    await dev.edit("src/task.state.ts", state({ add: "n * 10" }));
    await expect.poll(() => reloads(dev), PATIENCE).toBe(1);
    expect(await mine.add(1)).toBe(17);
    expect(Object.keys(await dev.data())).toEqual(["TaskState"]);

    await dev.edit("src/server.ts", SERVER('path: "/moved"'));
    await expect.poll(() => dev.get("/"), PATIENCE).toContain('{"path":"/moved"');
    using other = page(dev, "/moved");
    expect(await other.add(1)).toBe(15);
  });

  test("takes the place of the app that the plugin makes once it is there, and gives way to it again", async () => {
    await using project = await fixture({ ...PROJECT, "src/server.ts": "throw new Error('Some other server.');" });
    await using dev = await project.dev();
    expect(await dev.get("/")).toContain('{"path":"/_meanwhile"');
    await dev.edit("src/server.ts", SERVER('path: "/own"'));
    await expect.poll(() => dev.get("/"), PATIENCE).toContain('{"path":"/own"');
    await project.remove("src/server.ts");
    await expect.poll(() => dev.get("/"), PATIENCE).toContain('{"path":"/_meanwhile"');
  });

  test("is refused when it exports none, and when a state module imports it", async () => {
    await using project = await fixture({ ...PROJECT, "src/server.ts": 'export { App } from "meanwhile/server";' });
    await using dev = await project.dev();
    expect(failures(dev)).toEqual([
      expect.stringContaining("src/server.ts has to export its app: export const app = new App({ states: [...] });"),
    ]);
    await dev.edit("src/server.ts", SERVER(""));
    await expect.poll(() => dev.data(), PATIENCE).toMatchObject({ TaskState: { counter: 5 } });
    await dev.edit(
      "src/scale.ts",
      'import { app } from "./server"; export const scale = (n: number) => n + app.backgroundTasks.size;',
    );
    await expect
      .poll(() => failures(dev).at(-1))
      .toContain(
        "src/task.state.ts imports src/scale.ts, which imports src/server.ts, and src/server.ts imports the state modules: a circle",
      );
  });
});

test("in middleware mode the app listens on the server that Vite was given", async () => {
  await using project = await fixture(PROJECT);
  const server = createServer();
  const vite = await createVite({
    ...project.config(),
    appType: "spa",
    server: { middlewareMode: { server }, ws: false },
  });
  await dependenciesBundled(vite);
  server.on("request", vite.middlewares);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const client = connect({ url: `http://127.0.0.1:${port}`, webSocket: WebSocket });
  try {
    expect(await client.state(stateRef("TaskState")).call("add", [1])).toBe(6);
  } finally {
    client[Symbol.dispose]();
    await vite.close();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
});
