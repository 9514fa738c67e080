import { expect, it } from "vitest";
import { event, ImmutableStateError, State, type Background } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";

/** No method of the state, and so nothing that tells beforehand that a plain callback may give a promise. */
async function bump(self: PlainState, inside: () => Promise<unknown>): Promise<unknown> {
  self.counter += 1;
  await Promise.resolve();
  const result = await inside();
  self.counter += 1;
  return result;
}

let seen: unknown;

class PlainState extends State {
  counter = 0;

  @event({ background: true }) async run(this: Background<PlainState>) {
    await this.lock((self) => bump(self, async () => {}));
    seen = await this.lock((self) => bump(self, () => this.lock(() => {}).catch((error: unknown) => error)));
  }
}

it("2.3.6 nesting is found at once in plain callbacks that give a promise, once the process has met one", async () => {
  await using test = createTestApp({ states: [PlainState] });
  const page = test.connect().state(PlainState);
  await test.settle();
  await page.run();
  await test.settle();
  expect(seen).toBeInstanceOf(ImmutableStateError);
  expect(page.counter).toBe(4);
});
