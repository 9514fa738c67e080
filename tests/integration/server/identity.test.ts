import { expect, it } from "vitest";
import { event, State, type Background, type CancelReason } from "../../../src/index.ts";
import { App, UnauthorizedError, type AppOptions, type PageRequest } from "../../../src/server/index.ts";
import { silent } from "./counter-state.ts";
import { RawPage } from "./raw-page.ts";

interface User {
  readonly name: string;
  readonly seenAt?: number;
}

class NotesState extends State {
  notes: string[] = [];
  static ended: (reason: CancelReason | undefined) => void = () => {};

  @event note(text: string) {
    this.notes.push(text);
  }
  @event who() {
    return (this.router.session.identity as User | undefined)?.name;
  }
  @event rename() {
    (this.router.session.identity as { name: string }).name = "root";
  }
  @event keep() {
    const { identity } = this.router.session;
    this.notes.push((identity as User).name);
    return identity;
  }
  @event({ background: true, onDisconnect: "cancel" }) async watch(this: Background<NotesState>) {
    this.task.signal.addEventListener("abort", () =>
      NotesState.ended((this.task.signal.reason as { reason: CancelReason }).reason),
    );
    await this.task.sleep(1_000_000);
  }
}

function userOf({ headers }: PageRequest): User | undefined {
  const name = headers["x-user"];
  if (name === "mallory") throw new UnauthorizedError("Mallory may not.");
  if (name === "broken") throw new Error("the database is down");
  return name === undefined ? undefined : { name };
}

async function listen(options: Partial<AppOptions> = {}) {
  const errors: unknown[] = [];
  const app = new App({
    states: [NotesState],
    logger: silent,
    authorize: userOf,
    closeGraceMs: 10,
    onError: (error) => errors.push(error),
    ...options,
  });
  const { url } = await app.listen(0, "127.0.0.1");
  return { app, url, errors, [Symbol.asyncDispose]: () => app.close() };
}

const as = (name: string) => ({ headers: { "x-user": name } });

it("2.4.5 what authorize gives is the session's identity, for handlers and as a read-only value", async () => {
  await using server = await listen();
  const page = await RawPage.hello(server.url, as("ada"));
  page.call(1, "NotesState", "who");
  expect(await page.result(1)).toMatchObject({ ok: true, value: "ada" });
  page.call(2, "NotesState", "rename");
  expect(await page.result(2)).toMatchObject({ ok: false });
  expect(server.errors).toMatchObject([{ code: "IMMUTABLE_STATE" }]);
  page.call(3, "NotesState", "keep");
  expect(await page.result(3)).toMatchObject({ ok: true, value: { name: "ada" } });
  await page.close();
});

it("2.4.5 a page that authorize refuses is told so, and gets no session", async () => {
  await using server = await listen();
  const page = await RawPage.open(server.url, as("mallory"));
  page.hello();
  expect(await page.closed).toBe(4000);
  expect(page.messages).toEqual([{ type: "refused", code: "UNAUTHORIZED", message: "Mallory may not.", retry: false }]);
  expect(server.errors).toEqual([]);
});

it("2.4.5 where authorize fails, the page is to try again, and learns nothing of the error", async () => {
  await using server = await listen();
  const page = await RawPage.open(server.url, as("broken"));
  page.hello();
  expect(await page.closed).toBe(4000);
  expect(page.messages).toMatchObject([{ type: "refused", code: "AUTHORIZE_FAILED", retry: true }]);
  expect(JSON.stringify(page.messages)).not.toContain("database");
  expect(server.errors).toMatchObject([{ message: "the database is down" }]);
});

it("2.4.5 the same person resumes; what has changed in the identity is taken over", async () => {
  let seenAt = 0;
  await using server = await listen({
    authorize: (request) => ({ ...(userOf(request) as User), seenAt: (seenAt += 1) }),
    sameIdentity: (before, now) => (before as User).name === (now as User).name,
  });
  const page = await RawPage.hello(server.url, as("ada"));
  const { token } = page.welcome;
  await page.close(4001);
  const again = await RawPage.hello(server.url, { ...as("ada"), token });
  expect(again.welcome).toMatchObject({ resumed: true });
  again.call(1, "NotesState", "keep");
  expect(await again.result(1)).toMatchObject({ value: { name: "ada", seenAt: 2 } });
  await again.close();
});

it("2.4.5 a changed identity gets a fresh session, shows nothing of the old one, and has left that", async () => {
  await using server = await listen();
  const ended = new Promise((resolve) => (NotesState.ended = resolve));
  const page = await RawPage.hello(server.url, { ...as("ada"), document: "d", states: ["NotesState"] });
  page.call(1, "NotesState", "note", "secret");
  page.call(2, "NotesState", "watch");
  await page.result(2);
  const { token } = page.welcome;
  await page.close(1000);
  const next = await RawPage.hello(server.url, { ...as("bob"), document: "d", token, states: ["NotesState"] });
  expect(next.welcome).toMatchObject({ resumed: false, fresh: "identity" });
  expect(next.welcome.token).not.toBe(token);
  expect(await ended).toBe("left");
  expect(JSON.stringify(next.messages)).not.toContain("secret");
  await next.close();
});

it("2.4.5 somebody else with the token neither gets the session nor disturbs its page", async () => {
  await using server = await listen();
  const page = await RawPage.hello(server.url, { ...as("ada"), document: "d" });
  const { token } = page.welcome;
  const thief = await RawPage.hello(server.url, { ...as("bob"), document: "other", token });
  expect(thief.welcome).toMatchObject({ resumed: false, fresh: "identity" });
  page.call(1, "NotesState", "who");
  expect(await page.result(1)).toMatchObject({ value: "ada" });
  await Promise.all([page.close(), thief.close()]);
});

it("2.4.5 nor where the document's id was stolen too", async () => {
  await using server = await listen();
  const page = await RawPage.hello(server.url, { ...as("ada"), document: "d" });
  const { token } = page.welcome;
  const thief = await RawPage.hello(server.url, { ...as("bob"), document: "d", token });
  const refused = await RawPage.open(server.url, as("mallory"));
  refused.hello({ document: "d", token });
  expect(await refused.closed).toBe(4000);
  expect(thief.welcome).toMatchObject({ resumed: false, fresh: "identity" });
  page.call(1, "NotesState", "who");
  expect(await page.result(1)).toMatchObject({ value: "ada" });
  expect(server.app.eventNamespace.tokenToSid.has(token)).toBe(true);
  await Promise.all([page.close(), thief.close()]);
});

it("2.4.5 a page that is refused when it comes back has left its session", async () => {
  await using server = await listen();
  const ended = new Promise((resolve) => (NotesState.ended = resolve));
  const page = await RawPage.hello(server.url, { ...as("ada"), document: "d" });
  page.call(1, "NotesState", "watch");
  await page.result(1);
  await page.close(1000);
  const refused = await RawPage.open(server.url, as("mallory"));
  refused.hello({ document: "d", token: page.welcome.token });
  expect(await refused.closed).toBe(4000);
  expect(await ended).toBe("left");
});
