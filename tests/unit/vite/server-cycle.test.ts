import { expect, test } from "vitest";
import { findServerCycle, serverCycleMessage } from "../../../src/vite/server-cycle.ts";

const graph = (edges: Record<string, string[]>) => ({ importsOf: (id: string) => edges[id] ?? [] });

test("the way from a state module to the entry is found, through other modules", () => {
  const edges = { "a.state.ts": ["zod", "db.ts"], "db.ts": ["log.ts", "server.ts"], "server.ts": ["a.state.ts"] };
  expect(findServerCycle(["b.state.ts", "a.state.ts"], "server.ts", graph(edges))).toEqual([
    "a.state.ts",
    "db.ts",
    "server.ts",
  ]);
});

test("states that import each other are no such circle", () => {
  const edges = {
    "a.state.ts": ["b.state.ts"],
    "b.state.ts": ["a.state.ts"],
    "server.ts": ["a.state.ts", "b.state.ts"],
  };
  expect(findServerCycle(["a.state.ts", "b.state.ts"], "server.ts", graph(edges))).toBeUndefined();
});

test("the message names every module of the circle, and the way out", () => {
  expect(serverCycleMessage(["src/a.state.ts", "src/db.ts", "src/server.ts"])).toBe(
    "src/a.state.ts imports src/db.ts, which imports src/server.ts, and src/server.ts imports the state modules: a circle, in which one of them sees the other before it is ready. " +
      "A state module can't import the server's entry: use this.app in handlers, and put what both need into a module of its own.",
  );
});
