/** The page of row 13: a list of rows, each of which counts its renders. */
import { memo, Suspense, useLayoutEffect } from "react";
import { createRoot } from "react-dom/client";
import { stateRef } from "../../src/client/index.ts";
import { useServerState } from "../../src/react/index.ts";
import type { RowsState } from "../servers/rows.ts";

/** What the driver reads. */
export interface RowsBench {
  /** By the row's id. */
  readonly renders: Map<number, number>;
  listRenders: number;
  readonly longTasks: number[];
  /** When the socket's last message came. */
  messageAt: number;
  /** From a message to the page showing it, in ms. */
  readonly delays: number[];
  fill(count: number): Promise<unknown>;
  change(index: number, times: number): Promise<unknown>;
  append(): Promise<unknown>;
}

const Rows = stateRef<RowsState>("RowsState");

const bench: RowsBench = {
  renders: new Map(),
  listRenders: 0,
  longTasks: [],
  messageAt: 0,
  delays: [],
  fill: async () => {},
  change: async () => {},
  append: async () => {},
};
Object.assign(globalThis, { bench });

new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) bench.longTasks.push(duration);
}).observe({ type: "longtask" });

globalThis.WebSocket = class extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    // The first listener: before the client's.
    this.addEventListener("message", () => (bench.messageAt = performance.now()));
  }
};

const Row = memo(({ row }: { readonly row: { readonly id: number; readonly value: number } }) => {
  bench.renders.set(row.id, (bench.renders.get(row.id) ?? 0) + 1);
  return (
    <li>
      {row.id}: {row.value}
    </li>
  );
});

function List() {
  const state = useServerState(Rows);
  bench.listRenders += 1;
  bench.fill = state.fill;
  bench.change = state.change;
  bench.append = state.append;
  useLayoutEffect(() => {
    bench.delays.push(performance.now() - bench.messageAt);
  });
  return (
    <>
      <p id="changes">{state.changes}</p>
      <ul>
        {state.rows.map((row) => (
          <Row key={row.id} row={row} />
        ))}
      </ul>
    </>
  );
}

createRoot(document.getElementById("root")!).render(
  <Suspense>
    <List />
  </Suspense>,
);
