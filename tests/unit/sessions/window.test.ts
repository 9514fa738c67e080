import { expect, it, vi } from "vitest";
import type { Session } from "../../../src/sessions/session.ts";
import { committedResult, runWindow, type WindowCode } from "../../../src/sessions/window.ts";

/** A session whose lock, or commit, fails. */
function make(parts: { release?: () => void; commit?: () => void } = {}) {
  const release = vi.fn<() => void>(parts.release);
  const session = {
    snapshot: {},
    subscribers: [],
    events: { length: 0 },
    scheduler: { flushed: async () => {} },
    commit: parts.commit ?? (() => {}),
    lock: { release, watchHolder: () => {} },
  } as unknown as Session;
  const run = (code: () => unknown, outcome: WindowCode<unknown>["outcome"] = (value) => value): unknown =>
    runWindow(session, { name: "Test.code", mayAwait: true, call: code, outcome });
  return { release, run };
}

const fail = (): never => {
  throw new Error("broken");
};

it.each([
  ["returns", () => 1],
  ["throws", fail],
  ["gives a promise", async () => 1],
  ["rejects", async () => fail()],
  // oxlint-disable-next-line unicorn/no-thenable -- what user code may give
  ["gives a thenable whose getter throws", () => Object.defineProperty({}, "then", { get: fail })],
  [
    "yields",
    function* () {
      yield;
    },
  ],
  [
    "throws after a yield",
    async function* () {
      yield;
      fail();
    },
  ],
])(
  "gives the lock back once where the code %s, also where that throws itself, or the commit, or the outcome",
  async (_, code) => {
    for (const { run, release } of [make(), make({ release: fail }), make({ commit: fail })]) {
      await Promise.resolve()
        .then(() => run(code as () => unknown))
        .catch(() => {});
      expect(release).toHaveBeenCalledTimes(1);
    }
    const { run, release } = make();
    await Promise.resolve()
      .then(() => run(code as () => unknown, fail))
      .catch(() => {});
    expect(release).toHaveBeenCalledTimes(1);
  },
);

it("waits for a promise that a synchronous generator returns, with the lock", async () => {
  const { run, release } = make();
  let resolve!: (value: string) => void;
  const result = run(function* () {
    yield;
    return new Promise<string>((done) => (resolve = done));
  });
  await new Promise((done) => setImmediate(done));
  expect(release).not.toHaveBeenCalled();
  resolve("late");
  expect(await result).toBe("late");
  expect(release).toHaveBeenCalledTimes(1);
});

it("ends a generator whose commit failed at a yield: its finally runs, and what it yields or throws then changes nothing", async () => {
  const seen: string[] = [];
  const error = new Error("commit");
  const { run, release } = make({
    commit: () => {
      throw error;
    },
  });
  await expect(
    run(function* () {
      try {
        yield;
      } catch (caught) {
        expect(caught).toBe(error);
        try {
          yield;
        } finally {
          seen.push("finally");
          fail();
        }
      }
    }),
  ).rejects.toBe(error);
  expect(seen).toEqual(["finally"]);
  expect(release).toHaveBeenCalledTimes(1);
});

it("looks at each object of a result once, however often it is in it", () => {
  interface Node {
    parent: Node | undefined;
    children: Node[];
  }
  const root: Node = { parent: undefined, children: [] };
  for (let i = 0; i < 100; i += 1) root.children.push({ parent: root, children: root.children });
  expect(committedResult(root)).toBe(root);
});
