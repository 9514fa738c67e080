import { expect, it } from "vitest";
import { event, State } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";

class BigState extends State {
  text = "";
  count = 0;
  @event fill() {
    this.text = "x".repeat(600 * 1024);
  }
}

class SmallState extends State {
  n = 1;
}

it("2.4 a state that is subscribed to while the line is stalled does not hide what another one is owed, should the line break", async () => {
  await using test = createTestApp({ states: [BigState, SmallState] });
  const page = test.connect();
  const big = page.state(BigState);
  await test.settle();
  const [token] = test.app.eventNamespace.tokenToSid.keys();
  page.stall("received");
  void big.fill();
  await test.settle();
  // The line is full: what is committed now is sent later.
  await test.app.modifyState(token!, BigState, (self) => void (self.count = 1));
  await test.settle();
  const small = page.state(SmallState);
  await test.settle();
  page.step("received"); // the text arrives, and there is room again
  await test.settle();
  page.step("received"); // the small state
  await test.settle();
  expect([big.count, small.n]).toEqual([0, 1]);
  page.disconnect(); // what follows is lost
  await test.settle();
  page.reconnect();
  page.flow();
  await test.settle();
  expect([big.count, small.n]).toEqual([1, 1]);
});
