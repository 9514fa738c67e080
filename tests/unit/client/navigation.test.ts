// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { event, State, type Background } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";

let held: Promise<void> = Promise.resolve();

class WhereState extends State {
  get path() {
    return this.router.page.path;
  }
  commits = 0;
  @event({ background: true }) async hold(this: Background<WhereState>) {
    await this.lock(async (self) => {
      await held;
      self.commits += 1;
    });
  }
  @event where() {
    return [this.router.page.path, this.router.page.query];
  }
}

it("2.1.6 the page's path and query follow its navigation, in order with its events", async () => {
  await using test = createTestApp({ states: [WhereState] });
  history.replaceState(null, "", "/start?a=1");
  const page = test.connect({ client: { page: () => ({ path: location.pathname, query: location.search }) } });
  const state = page.state(WhereState);
  await test.settle();
  expect(state.path).toBe("/start");
  history.pushState(null, "", "/orders/7?b=2&b=3");
  expect(await state.where()).toEqual(["/orders/7", { b: ["2", "3"] }]);
  expect(state.path).toBe("/orders/7");
  history.replaceState(null, "", "/other");
  expect(await state.where()).toEqual(["/other", {}]);
  page.close();
  // Closed: the page's history is its own again.
  const frames = page.frames.length;
  history.pushState(null, "", "/after");
  await test.settle();
  expect(page.frames.length).toBe(frames);
});

it("2.1.6 a navigation while a lock window is open is not undone by its commit", async () => {
  let release = (): void => {};
  held = new Promise((resolve) => (release = resolve));
  await using test = createTestApp({ states: [WhereState] });
  history.replaceState(null, "", "/before");
  const page = test.connect({ client: { page: () => ({ path: location.pathname, query: location.search }) } });
  const state = page.state(WhereState);
  await test.settle();
  await state.hold();
  await test.settle();
  history.pushState(null, "", "/during");
  await test.settle();
  expect(state.path).toBe("/during");
  release();
  await test.settle();
  expect([state.commits, state.path]).toEqual([1, "/during"]);
  expect(await state.where()).toEqual(["/during", {}]);
  page.close();
});
