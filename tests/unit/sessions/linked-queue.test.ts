import fc from "fast-check";
import { expect, it } from "vitest";
import { LinkedQueue, type Linked } from "../../../src/sessions/linked-queue.ts";

class Entry implements Linked<Entry> {
  previous: Entry | undefined = undefined;
  next: Entry | undefined = undefined;
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
}

it("gives entries first in, first out, and takes any of them out, as an array would", () => {
  const steps = fc.array(fc.oneof(fc.constant("push" as const), fc.constant("shift" as const), fc.nat()), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (todo) => {
      const queue = new LinkedQueue<Entry>();
      const model: Entry[] = [];
      for (const [at, step] of todo.entries()) {
        if (step === "push") {
          const entry = new Entry(at);
          queue.push(entry);
          model.push(entry);
        } else if (step === "shift") expect(queue.shift()).toBe(model.shift());
        else if (model.length > 0) queue.remove(model.splice(step % model.length, 1)[0]!);
        expect(queue.first).toBe(model[0]);
        expect(queue.length).toBe(model.length);
      }
    }),
  );
});

it("clears the links of what is taken out, so that it holds nothing alive", () => {
  const queue = new LinkedQueue<Entry>();
  const entries = [0, 1, 2, 3].map((id) => new Entry(id));
  for (const entry of entries) queue.push(entry);
  queue.remove(entries[1]!);
  queue.shift();
  queue.remove(entries[3]!);
  for (const entry of entries) expect([entry.previous, entry.next]).toEqual([undefined, undefined]);
  expect(queue.first).toBe(entries[2]);
});
