import { expect, it } from "vitest";
import { BackgroundCallError, event, ImmutableStateError, State, type Background } from "../../../src/index.ts";
import { createTestApp } from "../../../src/testing/index.ts";

/** A task whose body a test gives: it runs as a background task of `BenchState`. */
let body: (task: Background<BenchState>) => Promise<unknown> = async () => {};

class BenchState extends State {
  counter = 0;
  items: { n: number }[] = [];
  note = "";
  _secret = 0;

  @event({ background: true }) async run(this: Background<BenchState>) {
    await body(this);
  }
  @event add(n: number) {
    this.counter += n;
    return this.counter;
  }
  @event async slow() {
    await gate;
    this.counter += 1;
  }
  @event callsTask() {
    (this as unknown as { run(): void }).run();
  }
  @event async locksInHandler() {
    await (this as unknown as Background<BenchState>).lock(() => {});
  }
  async _bumpTwice() {
    this.counter += 1;
    await Promise.resolve();
    this.counter += 1;
  }
}

class SideState extends State {
  total = 0;
}

let gate: Promise<void> = Promise.resolve();

/** Runs `code` as a task and gives what it gave or threw, with the page as it then is. */
async function inTask<T>(code: (task: Background<BenchState>) => Promise<T>) {
  const test = createTestApp({ states: [BenchState, SideState] });
  const page = test.connect();
  const state = page.state(BenchState);
  await test.settle();
  let outcome: { value?: T; error?: unknown } = {};
  body = async (task) => {
    try {
      outcome = { value: await code(task) };
    } catch (error) {
      outcome = { error };
    }
  };
  await state.run();
  await test.settle();
  return { test, page, state, outcome: () => outcome, [Symbol.asyncDispose]: () => test.close() };
}

it("2.3.4 a window writes through self, commits, and gives what its callback returns", async () => {
  await using run = await inTask((task) =>
    task.lock((self) => {
      self.counter = 5;
      self.items.push({ n: 1 });
      return "done";
    }),
  );
  expect(run.outcome()).toEqual({ value: "done" });
  expect(run.state.counter).toBe(5);
  expect(run.state.items).toEqual([{ n: 1 }]);
});

it("2.3.4 an asynchronous callback holds the lock over its awaits", async () => {
  await using run = await inTask((task) => task.lock((self) => self._bumpTwice()));
  expect(run.outcome()).toEqual({ value: undefined });
  expect(run.state.counter).toBe(2);
});

it("2.3.4 a generator callback commits at each yield and gives what it returns", async () => {
  const seen: number[] = [];
  await using run = await inTask((task) =>
    task.lock(async function* (self) {
      const { items } = self;
      self.counter = 1;
      items.push({ n: 1 });
      yield;
      seen.push(run1().counter);
      self.counter = 2;
      items[0]!.n = 2;
      return "end";
    }),
  );
  function run1() {
    return { counter: 1 };
  }
  expect(run.outcome()).toEqual({ value: "end" });
  expect(seen).toEqual([1]);
  expect(run.state.items).toEqual([{ n: 2 }]);
});

it("2.3.4 a callback that throws is undone, and lock() rejects with its error", async () => {
  const error = new Error("no");
  await using run = await inTask((task) =>
    task.lock((self) => {
      self.counter = 9;
      self.items.push({ n: 9 });
      throw error;
    }),
  );
  expect(run.outcome().error).toBe(error);
  expect(run.state.counter).toBe(0);
  expect(run.state.items).toEqual([]);
  expect(run.test.errors).toEqual([]);
});

it("2.3.4 state that a window returns is committed and read-only", async () => {
  await using run = await inTask(async (task) => {
    const items = await task.lock((self) => {
      self.items.push({ n: 1 });
      return self.items;
    });
    expect(() => (items as { n: number }[]).push({ n: 2 })).toThrow(ImmutableStateError);
    const taken = await task.lock((self) => {
      const item = self.items.shift()!;
      item.n = 7;
      return { item };
    });
    expect(() => ((taken.item as { n: number }).n = 8)).toThrow(ImmutableStateError);
    return [items.length, taken.item.n];
  });
  expect(run.outcome()).toEqual({ value: [1, 7] });
});

it("2.3.5 the snapshot stays as it was until the task's own next window, all states alike", async () => {
  let resume = (): void => {};
  const paused = new Promise<void>((resolve) => (resume = resolve));
  await using run = await inTask(async (task) => {
    await task.lock((self) => {
      self.counter = 1;
      self.getState(SideState).total = 1;
    });
    await paused;
    const stale = [task.counter, task.getState(SideState).total];
    await task.lock(() => {});
    return [stale, [task.counter, task.getState(SideState).total]];
  });
  await run.state.add(1);
  await run.test.app.modifyState(
    run.page.client.connection.sessionId === undefined ? "" : tokenOf(run.test),
    SideState,
    (side) => {
      side.total = 2;
    },
  );
  resume();
  await run.test.settle();
  expect(run.outcome()).toEqual({
    value: [
      [1, 1],
      [2, 2],
    ],
  });
});

function tokenOf(test: ReturnType<typeof createTestApp>): string {
  return [...test.app.eventNamespace.tokenToSid.keys()][0]!;
}

it("2.3.5 after an asynchronous window the snapshot is that window's commit, also where an event waited for its end", async () => {
  await using run = await inTask(async () => {});
  let open = (): void => {};
  gate = new Promise((resolve) => (open = resolve));
  const seen: unknown[] = [];
  body = async (task) => {
    await task.lock(async (self) => {
      self.counter = 10;
      await gate;
    });
    seen.push(task.counter);
    await task.lock(() => {});
    seen.push(task.counter);
  };
  await run.state.run();
  const clicks = [run.state.add(1), run.state.add(1)];
  await run.test.settle();
  open();
  await Promise.all(clicks);
  await run.test.settle();
  expect(seen).toEqual([10, 12]);
});

it("2.3.5 a lock that was never granted leaves the snapshot as it was", async () => {
  await using run = await inTask(async () => {});
  let open = (): void => {};
  gate = new Promise((resolve) => (open = resolve));
  const seen: unknown[] = [];
  body = async (task) => {
    await task.task.sleep(1);
    await task.lock(() => {}).catch((error: unknown) => seen.push((error as Error).name, task.counter));
  };
  await run.state.run();
  const clicks = [run.state.add(1), run.state.slow()];
  await run.test.advance(1);
  for (const task of run.test.app.backgroundTasks) task.cancel();
  await run.test.settle();
  open();
  await Promise.all(clicks);
  expect(seen).toEqual(["TaskCancelledError", 0]);
});

it("2.3.6 a self kept after its window can be read, and refuses writes at any depth", async () => {
  await using run = await inTask(async (task) => {
    let kept!: BenchState;
    let items!: { n: number }[];
    await task.lock((self) => {
      self.counter = 3;
      self.items.push({ n: 1 });
      kept = self;
      items = self.items;
    });
    await task.lock((self) => {
      self.counter = 4;
    });
    expect(() => (kept.counter = 9)).toThrow(/kept after its lock window/);
    expect(() => items.push({ n: 2 })).toThrow(ImmutableStateError);
    expect(() => (items[0]!.n = 2)).toThrow(ImmutableStateError);
    expect(() => kept.reset()).toThrow(ImmutableStateError);
    expect(() => kept.trigger(BenchState).add(1)).toThrow(ImmutableStateError);
    return [kept.counter, items[0]!.n];
  });
  expect(run.outcome()).toEqual({ value: [3, 1] });
});

it("2.3.6 a self kept from an undone window says what was committed", async () => {
  await using run = await inTask(async (task) => {
    let kept!: BenchState;
    await task.lock((self) => {
      self.counter = 3;
      kept = self;
    });
    await task
      .lock((self) => {
        kept = self;
        self.counter = 99;
        self.items.push({ n: 1 });
        throw new Error("undone");
      })
      .catch(() => {});
    return [kept.counter, kept.items.length];
  });
  expect(run.outcome()).toEqual({ value: [3, 0] });
});

it("2.3.6 lock() inside a window is refused at once: directly, after an await, and from a helper", async () => {
  const helper = async (task: Background<BenchState>): Promise<void> => {
    await Promise.resolve();
    await task.lock(() => {});
  };
  await using run = await inTask(async (task) => {
    const errors: unknown[] = [];
    const note = (error: unknown): void => void errors.push(error);
    await task.lock(() => void task.lock(() => {}).catch(note));
    await task.lock(async () => {
      await Promise.resolve();
      await task.lock(() => {}).catch(note);
    });
    await task.lock(async () => helper(task).catch(note));
    await task.lock(async (self) => {
      await self._bumpTwice();
      await helper(task).catch(note);
    });
    await task.lock((self) => (self as unknown as Background<BenchState>).lock(() => {})).catch(note);
    return errors;
  });
  const errors = run.outcome().value!;
  expect(errors).toHaveLength(5);
  for (const error of errors) {
    expect(error).toBeInstanceOf(ImmutableStateError);
    expect((error as Error).message).toMatch(/lock/);
  }
});

it("2.3.6 lock() inside a handler is refused at once", async () => {
  await using run = await inTask(async () => {});
  await expect(run.state.locksInHandler()).rejects.toMatchObject({ code: "EVENT_FAILED" });
  expect(run.test.errors.map(({ error }) => error)).toEqual([expect.any(ImmutableStateError)]);
  expect(await run.state.add(1)).toBe(1);
});

it("2.3.6 parallel branches of one task take the lock in turn", async () => {
  await using run = await inTask(async (task) => {
    const order: string[] = [];
    const branch = async (name: string): Promise<void> => {
      for (let i = 0; i < 3; i += 1) {
        await task.lock(async (self) => {
          const before = self.counter;
          order.push(`${name}>`);
          await Promise.resolve();
          self.counter = before + 1;
          order.push(`<${name}`);
        });
      }
    };
    await Promise.all([branch("a"), branch("b"), branch("c")]);
    return order;
  });
  const order = run.outcome().value!;
  expect(order).toHaveLength(18);
  for (let i = 0; i < order.length; i += 2) expect(order[i + 1]).toBe(`<${order[i]![0]}`);
  expect(run.state.counter).toBe(9);
});

it("2.3.7 helpers see what they are called on: read-only on this, writable on self", async () => {
  await using run = await inTask(async (task) => {
    const outside = await (task as unknown as BenchState)._bumpTwice().catch((error: unknown) => error);
    await task.lock((self) => self._bumpTwice());
    return outside;
  });
  expect(run.outcome().value).toBeInstanceOf(ImmutableStateError);
  expect(run.state.counter).toBe(2);
});

it("2.3.8 a task that is called directly is refused everywhere, naming trigger", async () => {
  await using run = await inTask(async (task) => {
    const errors: unknown[] = [];
    try {
      (task as unknown as { run(): void }).run();
    } catch (error) {
      errors.push(error);
    }
    await task.lock((self) => {
      try {
        (self as unknown as { run(): void }).run();
      } catch (error) {
        errors.push(error);
      }
    });
    return errors;
  });
  expect(run.outcome().value).toEqual([expect.any(BackgroundCallError), expect.any(BackgroundCallError)]);
  await expect(run.state.callsTask()).rejects.toMatchObject({ code: "EVENT_FAILED" });
  expect((run.test.errors[0]!.error as Error).message).toContain("this.trigger(BenchState).run(...)");
});

it("2.3.9 a task has not ended while a lock whose await was forgotten is pending", async () => {
  let open = (): void => {};
  gate = new Promise((resolve) => (open = resolve));
  await using run = await inTask(async () => {});
  const slow = run.state.slow();
  await run.test.settle();
  body = async (task) => {
    void task.lock((self) => {
      self.counter += 10;
    });
  };
  await run.state.run();
  await run.test.settle();
  expect(run.test.app.backgroundTasks.size).toBe(1);
  open();
  await slow;
  await run.test.settle();
  expect(run.test.app.backgroundTasks.size).toBe(0);
  expect(run.state.counter).toBe(11);
});

it("2.3.14 the error of a lock whose await was forgotten is reported as the task's", async () => {
  await using run = await inTask(async () => {});
  body = async (task) => {
    void task.lock(() => {
      throw new Error("forgotten");
    });
    void task.lock(async () => {
      throw new Error("forgotten too");
    });
    void task.lock(() => void task.lock(() => {}));
    void task.lock(() => void task.task.sleep(1));
    // Chained on without a look at its error: what comes of it is looked after all the same.
    void task
      .lock(() => {
        throw new Error("forgotten after then");
      })
      .then(() => {});
  };
  await run.state.run();
  await run.test.advance(2_000);
  expect(run.test.errors.map(({ info }) => `${info.kind} ${info.name}`)).toEqual(
    Array.from({ length: 5 }, () => "task BenchState.run"),
  );
  expect(run.test.errors.map(({ error }) => (error as Error).message).toSorted()).toEqual([
    expect.stringMatching(/calls lock\(\) while/),
    expect.stringMatching(/sleeps while/),
    "forgotten",
    "forgotten after then",
    "forgotten too",
  ]);
});
