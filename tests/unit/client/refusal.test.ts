// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import { LimitError, stateRef, type TokenStorage, UnauthorizedError } from "../../../src/client/index.ts";
import { MemoryStorage } from "../../../src/testing/test-page.ts";
import { ScriptedServer } from "./scripted-server.ts";

afterEach(() => vi.restoreAllMocks());

function refuse(server: ScriptedServer, code: string, retry: boolean, message = "no"): void {
  server.socket.open();
  server.socket.say({ type: "refused", code, message, retry });
  server.socket.drop(4000);
}

test("refused for now: the page goes on trying, the status has the reason until it is connected", () => {
  using server = new ScriptedServer();
  refuse(server, "TOO_MANY_SESSIONS", true, "full");
  expect(server.client.connection).toMatchObject({ status: "connecting", attempt: 1 });
  expect(server.client.connection.error).toBeInstanceOf(LimitError);
  expect(server.client.connection.error).toMatchObject({ code: "TOO_MANY_SESSIONS", message: "full" });
  server.clock.advance(500);
  expect(server.sockets).toHaveLength(2);
  expect(server.client.connection.error).toMatchObject({ code: "TOO_MANY_SESSIONS" });
  server.socket.drop();
  server.clock.advance(1000);
  server.welcome();
  expect(server.client.connection).toMatchObject({ status: "connected", attempt: 0, error: undefined });
  refuse(server, "APP_CLOSED", true);
  expect(server.client.connection).toMatchObject({ status: "reconnecting", error: { code: "APP_CLOSED" } });
  expect(server.errors).toEqual([]);
});

test("calls wait while the page is refused for now", async () => {
  using server = new ScriptedServer();
  refuse(server, "TOO_MANY_SESSIONS", true);
  void server.client.state(stateRef("S")).call("add", []);
  server.clock.advance(500);
  expect(server.welcome().callIds).toEqual([1]);
});

test("refused for good: closed with the reason; waiting calls reject with it, sent ones may have run; reconnect() begins anew", async () => {
  using server = new ScriptedServer();
  const replica = server.client.state(stateRef("S"));
  server.welcome();
  const sent = replica.call("add", []);
  server.socket.drop();
  const waiting = replica.call("add", []);
  server.client.reconnect();
  refuse(server, "UNAUTHORIZED", false);
  await expect(sent).rejects.toMatchObject({
    code: "CONNECTION_LOST",
    message: expect.stringContaining("may have run"),
  });
  await expect(waiting).rejects.toBeInstanceOf(UnauthorizedError);
  expect(server.client.connection).toMatchObject({ status: "closed", error: { code: "UNAUTHORIZED" } });
  expect(server.errors).toMatchObject([{ code: "UNAUTHORIZED" }]);
  server.clock.advance(1_000_000);
  window.dispatchEvent(new Event("online"));
  expect(server.sockets).toHaveLength(2);
  await expect(server.client.ready()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  server.client.reconnect();
  expect(server.client.connection.status).toBe("connecting");
  server.welcome({ resumed: true });
  await server.client.ready();
  expect(server.client.connection.session).toBe("resumed");
});

const MISMATCH = "The page speaks version 2 of the protocol and the server version 3: reload the page.";

function mismatch(storage: TokenStorage | false, message = MISMATCH): { reloads: number; status: string } {
  const reload = vi.spyOn(location, "reload").mockImplementation(() => {});
  reload.mockClear();
  using server = new ScriptedServer({ storage });
  refuse(server, "PROTOCOL_MISMATCH", false, message);
  return { reloads: reload.mock.calls.length, status: server.client.connection.status };
}

test("an old page of a new server reloads once, and then says so instead", () => {
  const storage = new MemoryStorage();
  expect(mismatch(storage).reloads).toBe(1);
  expect(mismatch(storage)).toEqual({ reloads: 0, status: "closed" });
  expect(mismatch(storage).reloads).toBe(0);
});

test("a page between servers of two versions (a deploy) reloads once for each, also where it was connected between", () => {
  const storage = new MemoryStorage();
  const other = "The page speaks version 3 of the protocol and the server version 2: reload the page.";
  expect([mismatch(storage), mismatch(storage, other)].map(({ reloads }) => reloads)).toEqual([1, 1]);
  using server = new ScriptedServer({ storage });
  server.welcome();
  server.client.close();
  expect([mismatch(storage), mismatch(storage, other)].map(({ reloads }) => reloads)).toEqual([0, 0]);
});

test.each<[string, TokenStorage | false]>([
  ["there is no storage", false],
  [
    "storage is blocked",
    {
      getItem: () => {
        throw new Error("blocked");
      },
      setItem: () => {
        throw new Error("blocked");
      },
      removeItem: () => {
        throw new Error("blocked");
      },
    },
  ],
  ["storage forgets", { getItem: () => null, setItem: () => {}, removeItem: () => {} }],
])("%s: no reload, since the next document could not tell that it was tried", (_, storage) => {
  expect(mismatch(storage)).toEqual({ reloads: 0, status: "closed" });
});
