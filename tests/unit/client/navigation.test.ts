// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { event, State } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";

class WhereState extends State {
  get path() {
    return this.router.page.path;
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
