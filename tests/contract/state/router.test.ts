// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { event, State, type Background } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";

class PlaceState extends State {
  seen: unknown = null;

  get where() {
    const { path, query } = this.router.page;
    return `${path}?${JSON.stringify(query)}`;
  }
  @event look() {
    const { session, headers, page } = this.router;
    this.seen = {
      token: session.clientToken,
      id: session.sessionId,
      ip: session.clientIp,
      agent: headers["user-agent"],
    };
    return page;
  }
  @event tamper() {
    (this.router.page as { path: string }).path = "/tampered";
  }
  @event({ background: true }) async watch(this: Background<PlaceState>) {
    const before = this.router.page.path;
    await this.task.sleep(10);
    const stale = this.router.page.path;
    const inside = await this.lock((self) => self.router.page.path);
    const after = this.router.page.path;
    await this.lock((self) => void (self.seen = [before, stale, inside, after]));
  }
}

it("2.1.6 the router gives the session's token, connection and address, headers, path and query", async () => {
  await using test = createTestApp({ states: [PlaceState] });
  const page = test.connect({
    path: "/orders/7",
    query: "?tag=a&tag=b&q=x%20y&empty=",
    clientIp: "10.0.0.7",
    headers: { "user-agent": "a browser" },
  });
  const state = page.state(PlaceState);
  await test.settle();
  expect(await state.look()).toEqual({ path: "/orders/7", query: { tag: ["a", "b"], q: "x y", empty: "" } });
  const { token, ...rest } = state.seen as { token: string; id: string };
  expect(test.app.eventNamespace.tokenToSid.get(token)).toBe(rest.id);
  expect(rest).toEqual({ id: expect.stringMatching(/.+/) as unknown, ip: "10.0.0.7", agent: "a browser" });
});

it("2.1.6 computed vars follow the navigation; a task sees the page as of its snapshot, and the newest after a window", async () => {
  await using test = createTestApp({ states: [PlaceState] });
  history.replaceState(null, "", "/a");
  const page = test.connect({ client: { page: () => ({ path: location.pathname, query: location.search }) } });
  const state = page.state(PlaceState);
  await test.settle();
  expect(state.where).toBe("/a?{}");
  await state.watch();
  history.pushState(null, "", "/b?n=1");
  await test.settle();
  expect(state.where).toBe('/b?{"n":"1"}');
  await test.advance(10);
  expect(state.seen).toEqual(["/a", "/a", "/b", "/b"]);
});

it("2.1.6 the router can't be written", async () => {
  await using test = createTestApp({ states: [PlaceState] });
  const state = test.connect({ path: "/a" }).state(PlaceState);
  await test.settle();
  await expect(state.tamper()).rejects.toThrow();
  expect(state.where).toBe("/a?{}");
});
