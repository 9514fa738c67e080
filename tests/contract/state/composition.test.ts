import { expect, it } from "vitest";
import { event, State } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";

// A mixin needs this parameter list: the compiler says so.
type Constructor<T> = abstract new (...args: any[]) => T;

const Named = <T extends Constructor<State>>(Base: T) => {
  abstract class WithName extends Base {
    name = "nobody";
    @event rename(name: string) {
      this.name = name;
    }
    get greeting() {
      return `Hello ${this.name}`;
    }
  }
  return WithName;
};

class BaseState extends State {
  count = 1;
  list: number[] = [];

  get double() {
    return this.count * 2;
  }
  @event increment() {
    this.count += this._step();
  }
  @event viaTrigger() {
    this.trigger(BaseState).increment();
  }
  _step() {
    return 1;
  }
}

class SubState extends Named(BaseState) {
  extra = "x";

  override get double() {
    return super.double + 100;
  }
  @event override increment() {
    super.increment();
    this.extra += "!";
  }
  override _step() {
    return 10;
  }
  @event setBase(n: number) {
    this.getState(BaseState).count = n;
    return [this.count, this.getState(BaseState).count];
  }
  @event setBaseThenThrow() {
    this.getState(BaseState).count = 77;
    this.count = 78;
    throw new Error("both undone");
  }
}

async function open() {
  const test = createTestApp({ states: [BaseState, SubState] });
  const page = test.connect();
  const base = page.state(BaseState);
  const sub = page.state(SubState);
  await test.settle();
  return { test, page, base, sub, [Symbol.asyncDispose]: () => test.close() };
}

it("2.1.5 a subclass has its own copy of the vars it inherits, mixins included", async () => {
  await using run = await open();
  await run.base.increment();
  await run.sub.rename("Ada");
  expect([run.base.count, run.sub.count, run.sub.name, run.sub.greeting, run.sub.extra]).toEqual([
    2,
    1,
    "Ada",
    "Hello Ada",
    "x",
  ]);
});

it("2.1.5 overrides, super and inherited helpers work, for handlers and computed vars", async () => {
  await using run = await open();
  await run.sub.increment();
  expect([run.sub.count, run.sub.extra, run.sub.double]).toEqual([11, "x!", 122]);
  expect([run.base.count, run.base.double]).toEqual([1, 2]);
});

it("2.1.5 getState reaches another state under the same lock: one version, undone together; initial values where it was not used", async () => {
  await using run = await open();
  expect(await run.sub.setBase(5)).toEqual([1, 5]);
  expect(run.base.count).toBe(5);
  await expect(run.sub.setBaseThenThrow()).rejects.toThrow();
  expect([run.base.count, run.sub.count]).toEqual([5, 1]);
});

it("2.2.5 where `this` is itself of the triggered class, it is this state's own event", async () => {
  await using run = await open();
  await run.sub.viaTrigger();
  await run.test.settle();
  expect([run.sub.count, run.base.count]).toEqual([11, 1]);
});
