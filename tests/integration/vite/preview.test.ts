import { preview } from "vite";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { connect, stateRef } from "../../../src/client/index.ts";
import { fixture } from "./fixture.ts";

const STATE =
  'import { State, event } from "meanwhile"; export class TaskState extends State { counter = 5; @event add(n: number) { this.counter += n; return this.counter; } }';

test("vite preview serves the page with its values, and the app", async () => {
  await using project = await fixture({
    "src/task.state.ts": STATE,
    "src/main.ts": 'import { TaskState } from "./task.state"; console.log(TaskState);',
  });
  await project.build();
  const server = await preview({ ...project.config(), preview: { port: 0 } });
  try {
    const url = server.resolvedUrls!.local[0]!;
    const html = await (await fetch(url, { headers: { accept: "text/html" } })).text();
    expect(html).toContain('"TaskState":{"full":{"counter":5}');
    const asset = /src="\/(assets\/[^"]+)"/.exec(html)![1]!;
    expect((await fetch(url + asset)).headers.get("content-type")).toContain("javascript");
    using client = connect({ url, webSocket: WebSocket });
    expect(await client.state(stateRef("TaskState")).call("add", [1])).toBe(6);
  } finally {
    await server.close();
  }
});

test("vite preview says what to run where nothing was built", async () => {
  await using project = await fixture({});
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const server = await preview({
    ...project.config(),
    preview: { port: 0 },
    customLogger: {
      info: say,
      warn: say,
      warnOnce: say,
      error: say,
      clearScreen: () => {},
      hasErrorLogged: () => false,
      hasWarned: false,
    },
  });
  await server.close();
  expect(said).toContainEqual(expect.stringMatching(/dist\/server\/app\.js does not exist: run `vite build` first\./));
});
