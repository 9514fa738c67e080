import { once } from "node:events";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { App } from "../../../src/server/index.ts";
import { PROTOCOL_VERSION } from "../../../src/wire/messages.ts";
import { CounterState, silent } from "./counter-state.ts";
import { RawPage } from "./raw-page.ts";

async function listen() {
  const app = new App({
    states: [CounterState],
    logger: silent,
    maxMessageBytes: 10_000,
    allowedOrigins: ["https://friend.example"],
  });
  const { url, port } = await app.listen(0, "127.0.0.1");
  return { app, url, port, [Symbol.asyncDispose]: () => app.close() };
}

const HELLO = {
  type: "hello",
  protocol: PROTOCOL_VERSION,
  document: "d",
  page: { path: "/", query: "" },
  states: [],
  held: [],
  version: 0,
};

it.each([
  ["not JSON", "{"],
  ["an array", "[]"],
  ["null", "null"],
  ["no hello first", JSON.stringify({ type: "call", id: 1, state: "CounterState", event: "add", args: [1] })],
  ["an unknown type", JSON.stringify({ type: "constructor" })],
  ["a hello without a page", JSON.stringify({ ...HELLO, page: undefined })],
  ["a state named __proto__", JSON.stringify({ ...HELLO, states: ["__proto__"] })],
])("2.4.5 %s is refused with a code, and harms no other session", async (_, frame) => {
  await using server = await listen();
  const good = await RawPage.hello(server.url, { states: ["CounterState"] });
  const bad = await RawPage.open(server.url);
  bad.socket.send(frame);
  expect(await bad.closed).toBe(4000);
  expect(bad.messages.at(-1)).toMatchObject({ type: "refused", code: "BAD_MESSAGE" });
  good.call(1, "CounterState", "add", 1);
  expect(await good.result(1)).toMatchObject({ ok: true, value: 1 });
  await good.close();
});

it("2.4.5 a page that asks for a state that the app does not have is told so", async () => {
  await using server = await listen();
  const page = await RawPage.open(server.url);
  page.send({ ...HELLO, states: ["Nope"] });
  expect(await page.closed).toBe(4000);
  expect(page.messages.at(-1)).toMatchObject({ type: "refused", code: "UNKNOWN_STATE" });
});

it("2.4.5 a page of another version is told so", async () => {
  await using server = await listen();
  const page = await RawPage.open(server.url);
  page.send({ ...HELLO, protocol: 99 });
  expect(await page.closed).toBe(4000);
  expect(page.messages).toMatchObject([{ type: "refused", code: "PROTOCOL_MISMATCH" }]);
});

it("2.4.5 binary frames and oversized messages end the connection", async () => {
  await using server = await listen();
  const binary = await RawPage.open(server.url);
  binary.socket.send(Buffer.from(JSON.stringify(HELLO)));
  expect(await binary.closed).toBe(4000);
  const large = await RawPage.open(server.url);
  large.socket.send("x".repeat(20_000));
  expect(await large.closed).toBe(1009);
});

it.each([
  ["too deep", JSON.parse("[".repeat(200) + "]".repeat(200)) as unknown],
  ["an unknown tag", { $: ["x"] }],
  ["a tag without content", { $: 1 }],
  ["a bad number", { $: ["n", "5"] }],
  ["a bad bigint", { $: ["b", "1e9"] }],
  ["a Map of no pairs", { $: ["m", [[1]]] }],
  ["a key __proto__", JSON.parse('{"__proto__": {"polluted": true}}') as unknown],
  ["a tagged key __proto__", { $: ["o", [["__proto__", 1]]] }],
])("2.4.5 an argument that is %s is refused for that call alone", async (_, argument) => {
  await using server = await listen();
  const page = await RawPage.hello(server.url);
  page.call(1, "CounterState", "add", argument);
  expect(await page.result(1)).toMatchObject({ ok: false, error: { code: "BAD_MESSAGE" } });
  page.call(2, "CounterState", "add", 2);
  expect(await page.result(2)).toMatchObject({ ok: true, value: 2 });
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  await page.close();
});

it("2.4.5 pages of other origins can't connect unless they are listed", async () => {
  await using server = await listen();
  const connect = async (origin: string): Promise<string> => {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/_meanwhile`, { origin });
    try {
      await once(socket, "open");
      socket.close();
      await once(socket, "close");
      return "open";
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(await connect("https://evil.example")).toContain("403");
  expect(await connect("null")).toContain("403");
  expect(await connect("https://friend.example")).toBe("open");
  expect(await connect(`http://127.0.0.1:${server.port}`)).toBe("open");
});
