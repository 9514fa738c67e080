import { expect, test } from "vitest";

function mark<This, Args extends unknown[], Result>(
  method: (this: This, ...args: Args) => Result,
  context: ClassMethodDecoratorContext,
): typeof method {
  marked.push(String(context.name));
  return method;
}

const marked: string[] = [];

class Counter {
  count = 0;

  @mark increment(): number {
    this.count += 1;
    return this.count;
  }
}

test("decorators of test files run", () => {
  expect(marked).toEqual(["increment"]);
  expect(new Counter().increment()).toBe(1);
});

test("classes keep their names, and fields are defined, not assigned", () => {
  expect(Counter.name).toBe("Counter");
  expect(Object.keys(new Counter())).toEqual(["count"]);
});
