import { expect, it } from "vitest";
import { event, State, type Background } from "../../../src/index.ts";
import { LimitError, type Client } from "../../../src/client/index.ts";
import { createTestApp, type TestAppOptions, type TestPageOptions } from "../../../src/testing/index.ts";

class Board extends State {
  n = 0;
  rows: { id: number; label: string }[] = Array.from({ length: 100 }, (_, id) => ({ id, label: `row ${id}` }));

  @event add(by: number) {
    this.n += by;
    return this.n;
  }
  @event long(text: string) {
    return text.length;
  }
  @event relabel(id: number, label: string) {
    this.rows[id]!.label = label;
  }
  @event({ background: true }) async work(this: Background<Board>, times: number) {
    for (let time = 0; time < times; time += 1) {
      await this.task.sleep(1000);
      await this.lock((self) => (self.n += 1));
    }
  }
}

async function open(options: Partial<TestAppOptions> = {}, pageOptions: TestPageOptions = {}) {
  const test = createTestApp({ states: [Board], ...options });
  const page = test.connect(pageOptions);
  const board = page.state(Board);
  await test.settle();
  /** The frames of one kind since the last hello, as text. An update has no `type`. */
  const frames = (kind: string): string[] =>
    page.frames
      .slice(page.frames.findLastIndex(({ text }) => text.startsWith('{"type":"hello"')))
      .map(({ text }) => text)
      .filter((text) => text.startsWith(kind === "update" ? '{"version"' : `{"type":"${kind}"`));
  return { test, page, board, frames, [Symbol.asyncDispose]: () => test.close() };
}

const sessionOf = (client: Client): string | undefined => client.connection.session;

it("2.4.4 a call that was on its way when the line broke runs once, and its promise settles as if nothing had happened", async () => {
  await using run = await open();
  const calls = [run.board.add(1), run.board.add(10)];
  run.page.disconnect();
  const waiting = run.board.add(100);
  run.page.reconnect();
  expect(await Promise.all([...calls, waiting])).toEqual([1, 11, 111]);
  expect(run.board.n).toBe(111);
  expect(sessionOf(run.page.client)).toBe("resumed");
});

it("2.4.4 a call whose result was lost on the way does not run again: its result comes again", async () => {
  await using run = await open();
  const call = run.board.add(1);
  // The line breaks when the server has run it and before the page has heard of it.
  while (!run.page.frames.at(-1)!.text.includes('"results"')) await new Promise((resolve) => setImmediate(resolve));
  run.page.disconnect();
  run.page.reconnect();
  expect(await call).toBe(1);
  await run.test.settle();
  expect(run.board.n).toBe(1);
  expect(run.frames("call")).toEqual([]);
});

it("2.4.4 after a loss the page gets what it missed, as one patch, however much it was", async () => {
  await using run = await open();
  const { rows } = run.board;
  await run.board.work(50);
  run.page.disconnect();
  await run.test.advance(20_000);
  expect(run.board.n).toBe(0);
  run.page.reconnect();
  await run.test.settle();
  expect(run.board.n).toBe(20);
  expect(run.board.rows).toBe(rows);
  const [first, ...others] = run.frames("update");
  expect(first).toContain('"Board":{'); // a patch; in full it would be an array
  expect(first!.length).toBeLessThan(200);
  expect(others).toEqual([]);
});

it("2.4.4 a page that missed nothing is sent nothing but that", async () => {
  await using run = await open();
  run.page.disconnect();
  run.page.reconnect();
  await run.test.settle();
  expect(run.frames("update")).toHaveLength(1);
  expect(run.frames("update")[0]).toContain('"Board":{}');
});

it("2.4.4 a session that has expired is replaced: calls say what has become of them, and what is seen is the fresh one's", async () => {
  await using run = await open({ sessionTtlMs: 1000, lostGraceMs: 1000 });
  await run.board.add(5);
  const sent = run.board.add(1).catch((error: unknown) => error);
  run.page.disconnect();
  await run.test.settle();
  const waiting = run.board.add(1).catch((error: unknown) => error);
  await run.test.advance(60_000);
  run.page.reconnect();
  expect(await sent).toMatchObject({ code: "SESSION_LOST", message: expect.stringContaining("may have run") });
  expect(await waiting).toMatchObject({ code: "SESSION_LOST", message: expect.stringContaining("has not run") });
  await run.test.settle();
  expect([run.board.n, sessionOf(run.page.client)]).toEqual([0, "lost"]);
  expect(await run.board.add(1)).toBe(1);
});

it("2.4.4 a call does not wait for ever", async () => {
  await using run = await open({}, { client: { maxOfflineMs: 60_000 } });
  run.page.disconnect();
  await run.test.settle();
  const call = run.board.add(1).catch((error: unknown) => error);
  await run.test.advance(60_000);
  expect(await call).toMatchObject({ code: "CONNECTION_LOST", message: expect.stringContaining("has not run") });
  run.page.reconnect();
  await run.test.settle();
  expect(run.board.n).toBe(0);
});

it("2.4.5 more calls than may be open, and calls that are too long, reject with a code", async () => {
  await using run = await open({ maxMessageBytes: 10_000 }, { client: { maxOpenCalls: 2 } });
  await expect(run.board.long("x".repeat(10_000))).rejects.toMatchObject({ code: "MESSAGE_TOO_LARGE" });
  expect(await run.board.long("x".repeat(5_000))).toBe(5_000);
  run.page.disconnect();
  const calls = [run.board.add(1), run.board.add(1)];
  await expect(run.board.add(1)).rejects.toBeInstanceOf(LimitError);
  run.page.reconnect();
  expect(await Promise.all(calls)).toEqual([1, 2]);
});

it("a quiet connection stays, for hours", async () => {
  await using run = await open();
  let changes = 0;
  run.page.client.onConnection(() => (changes += 1));
  await run.test.advance(2 * 3_600_000);
  expect(changes).toBe(0);
  expect(await run.board.add(1)).toBe(1);
});

it("reconnect() while connected changes nothing but the connection", async () => {
  await using run = await open();
  const before = run.page.client.connection.sessionId;
  const call = run.board.add(1);
  run.page.client.reconnect();
  expect(await call).toBe(1);
  expect(run.page.client.connection).toMatchObject({ status: "connected", session: "resumed" });
  expect(run.page.client.connection.sessionId).not.toBe(before);
});

it("2.4.1 a page that comes back as somebody else has a session of its own, and nothing of the other one", async () => {
  const cookies = { user: "ada" };
  await using run = await open({ authorize: () => ({ ...cookies }) }, {});
  await run.board.add(5);
  await run.board.relabel(0, "ada's");
  cookies.user = "bob";
  const waiting = run.board.add(1).catch((error: unknown) => error);
  run.page.client.reconnect();
  await run.test.settle();
  expect(await waiting).toMatchObject({ code: "SESSION_LOST" });
  expect(sessionOf(run.page.client)).toBe("changed");
  expect([run.board.n, run.board.rows[0]!.label]).toEqual([0, "row 0"]);
});
