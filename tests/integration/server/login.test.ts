import { createServer } from "node:http";
import { once } from "node:events";
import express from "express";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { connect, type Client } from "../../../src/client/index.ts";
import { event, PublicError, State, type Background, type CancelReason } from "../../../src/index.ts";
import { App } from "../../../src/server/index.ts";
import { silent } from "./counter-state.ts";

// docs/how-to/log-in.md, over real HTTP and sockets.

interface User {
  readonly id: string;
  readonly name: string;
}

const ends: { name: string; reason: CancelReason }[] = [];

class NotesState extends State {
  notes: string[] = [];

  get name() {
    return (this.router.session.identity as User | undefined)?.name;
  }
  @event add(text: string) {
    if (this.router.session.identity === undefined) throw new PublicError("Log in first.", { code: "LOG_IN" });
    this.notes.push(text);
  }
  @event({ background: true, onDisconnect: "cancel" }) async watch(this: Background<NotesState>) {
    const name = this.name!;
    await this.task.sleep(1_000_000).catch((error: { reason: CancelReason }) => {
      ends.push({ name, reason: error.reason });
    });
  }
  @event({ background: true }) async goOn(this: Background<NotesState>) {
    await this.task.sleep(1_000_000);
  }
}

async function serve() {
  const logins = new Map<string, User>();
  const loginId = (cookies = ""): string => /(?:^|;\s*)login=([^;]*)/.exec(cookies)?.[1] ?? "";
  const app = new App({
    states: [NotesState],
    logger: silent,
    closeGraceMs: 0,
    authorize: ({ headers }) => logins.get(loginId(headers["cookie"])),
  });
  const routes = express();
  routes.use(express.urlencoded({ extended: false }));
  routes.post("/login", (request, response) => {
    const { name, password } = request.body as { name: string; password: string };
    if (password !== "open sesame") return void response.sendStatus(401);
    const id = `login-of-${name}`;
    logins.set(id, { id: name, name });
    response.cookie("login", id, { httpOnly: true, sameSite: "lax" }).sendStatus(204);
  });
  routes.post("/logout", (request, response) => {
    logins.delete(loginId(request.headers.cookie));
    response.clearCookie("login").sendStatus(204);
  });
  const server = createServer(routes);
  app.attach(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    app,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await app.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A browser's tab: a cookie jar, a storage, and a client. */
class Tab {
  cookie = "";
  readonly items = new Map<string, string>();
  readonly client: Client;
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
    const tab = this;
    this.client = connect({
      url,
      storage: {
        getItem: (key) => this.items.get(key) ?? null,
        setItem: (key, value) => void this.items.set(key, value),
        removeItem: (key) => void this.items.delete(key),
      },
      webSocket: class extends WebSocket {
        constructor(address: string) {
          super(address, { headers: { cookie: tab.cookie } });
        }
      },
    });
  }

  async post(path: string, fields: Record<string, string> = {}): Promise<number> {
    const response = await fetch(this.#url + path, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { cookie: this.cookie },
    });
    const set = response.headers.get("set-cookie");
    if (set !== null) this.cookie = set.split(";")[0]!;
    return response.status;
  }

  /** Settles when a snapshot says so. */
  until(is: (values: Readonly<Record<string, unknown>>) => boolean): Promise<void> {
    const replica = this.client.state(NotesState);
    return new Promise((resolve) => {
      const check = (): void => {
        if (replica.values === undefined || !is(replica.values)) return;
        queueMicrotask(() => stop());
        resolve();
      };
      const stop = replica.subscribe(check);
      check();
    });
  }
}

it("2.4.5 a login and a logout over HTTP: each gives a fresh session, and nothing of the old one shows", async () => {
  await using server = await serve();
  const tab = new Tab(server.url);
  const { page } = tab.client.state(NotesState);
  await tab.until(({ name }) => name === undefined);
  await expect(page.add("anonymous")).rejects.toMatchObject({ reason: "LOG_IN" });

  expect(await tab.post("/login", { name: "ada", password: "wrong" })).toBe(401);
  expect(await tab.post("/login", { name: "ada", password: "open sesame" })).toBe(204);
  tab.client.reconnect();
  await tab.until(({ name }) => name === "ada");
  expect(tab.client.connection.session).toBe("changed");
  await page.add("ada's secret");
  await page.watch();
  await page.goOn();
  const adas = [...tab.items].find(([key]) => key.endsWith("token"))![1];

  expect(await tab.post("/logout")).toBe(204);
  tab.client.reconnect();
  await tab.until(({ name }) => name === undefined);
  expect(page.notes).toEqual([]);
  expect(JSON.stringify([...tab.items])).not.toContain("secret");
  await Promise.all(
    [...server.app.backgroundTasks].filter(({ name }) => name.endsWith("watch")).map((run) => run.ended),
  );
  expect(ends).toEqual([{ name: "ada", reason: "left" }]);
  expect([...server.app.backgroundTasks].map(({ name }) => name)).toEqual(["NotesState.goOn"]);

  // The token alone, without the cookie, opens nothing.
  const thief = new Tab(server.url);
  thief.items.set([...tab.items].find(([key]) => key.endsWith("token"))![0], adas);
  await thief.until(() => true);
  expect(thief.client.state(NotesState).page.notes).toEqual([]);

  // The same person comes back with the same session where the tab still has it: a reconnect while logged in.
  await tab.post("/login", { name: "bob", password: "open sesame" });
  tab.client.reconnect();
  await tab.until(({ name }) => name === "bob");
  expect(page.notes).toEqual([]);
  await page.add("bob's");
  tab.client.reconnect();
  await tab.client.ready();
  await page.add("more");
  expect(page.notes).toEqual(["bob's", "more"]);
  expect(tab.client.connection.session).toBe("resumed");
  tab.client.close();
  thief.client.close();
});
