// @vitest-environment happy-dom
import { act, cleanup, render } from "@testing-library/react";
import { memo, type ReactElement, StrictMode, Suspense } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FakeServer, fakeServer } from "./fake-socket.ts";
import { MeanwhileProvider, type Page, useConnection, useServerState } from "../../../src/react/index.ts";
import { events, Task } from "./task-state.ts";

const FULL = {
  full: {
    counter: 1,
    title: "first",
    rows: [
      { id: 0, label: "a" },
      { id: 1, label: "b" },
    ],
  },
  events,
};

let server: FakeServer;

beforeEach(() => {
  vi.useFakeTimers();
  server = fakeServer();
});

afterEach(() => {
  cleanup();
  server.client.close();
  vi.useRealTimers();
});

/** Lets every microtask and every timer up to then run. */
function pass(ms: number): Promise<unknown> {
  return act(() => vi.advanceTimersByTimeAsync(ms));
}

function tree(children: ReactElement): ReactElement {
  return (
    <StrictMode>
      <MeanwhileProvider client={server.client}>
        <Suspense fallback="loading">{children}</Suspense>
      </MeanwhileProvider>
    </StrictMode>
  );
}

function Counter(): ReactElement {
  const task = useServerState(Task);
  return <b>{`${task.counter} ${task.title};`}</b>;
}

test("StrictMode: suspends once, subscribes once, and unsubscribes once after it has gone", async () => {
  const { container, unmount } = await act(async () =>
    render(
      tree(
        <>
          <Counter />
          <Counter />
        </>,
      ),
    ),
  );
  expect(container.textContent).toBe("loading");
  await act(async () => server.welcome());
  expect(server.said).toMatchObject([{ type: "hello", states: ["Task"] }]);
  await act(async () => server.say({ type: "update", version: 1, states: { Task: FULL } }));
  expect(container.textContent).toBe("1 first;1 first;");
  await pass(10_000);
  expect(server.said.slice(1)).toEqual([{ type: "ack", updates: 1 }]);

  unmount();
  await pass(10_000);
  expect(server.said.slice(2)).toEqual([{ type: "unsubscribe", states: ["Task"] }]);
});

test("a reconnect neither suspends nor renders what has not changed", async () => {
  let renders = 0;
  const Row = memo(function Row({ row }: { row: Page<Task>["rows"][number] }): ReactElement {
    renders += 1;
    return <li>{row.label}</li>;
  });
  function Rows(): ReactElement {
    return (
      <>
        {useServerState(Task).rows.map((row) => (
          <Row key={row.id} row={row} />
        ))}
      </>
    );
  }
  const statuses: string[] = [];
  function Status(): null {
    statuses.push(useConnection().status);
    return null;
  }
  const { container } = await act(async () =>
    render(
      tree(
        <>
          <Status />
          <Rows />
        </>,
      ),
    ),
  );
  await act(async () => server.welcome());
  await act(async () => server.say({ type: "update", version: 1, states: { Task: FULL } }));
  expect(container.textContent).toBe("ab");

  renders = 0;
  await act(async () => server.lose());
  expect(container.textContent).toBe("ab");
  await pass(60_000);
  await act(async () => server.welcome());
  await act(async () => server.say({ type: "update", version: 7, states: { Task: FULL } }));
  expect(container.textContent).toBe("ab");
  expect(renders).toBe(0);
  expect([...new Set(statuses)]).toEqual(["connecting", "connected", "reconnecting"]);

  const rows = [0, [[1, [1, { label: [0, "changed"] }]]]];
  await act(async () =>
    server.say({ type: "update", version: 8, states: { Task: { patch: { rows: [2, ...rows] as never } } } }),
  );
  expect(container.textContent).toBe("achanged");
  expect(renders).toBe(2); // one row, in StrictMode
});

test("a promise settles with its commit on the screen", async () => {
  let increment: () => Promise<unknown> = async () => {};
  function Button(): ReactElement {
    const task = useServerState(Task);
    increment = task.increment;
    return <b>{task.counter}</b>;
  }
  const { container } = await act(async () => render(tree(<Button />)));
  await act(async () => server.welcome());
  await act(async () => server.say({ type: "update", version: 1, states: { Task: FULL } }));
  let seen: string | null | undefined;
  await act(async () => {
    const settled = increment().then(() => (seen = String(server.client.state(Task).page.counter)));
    const [call] = server.calls();
    server.say({
      type: "update",
      version: 2,
      states: { Task: { patch: { counter: [0, 2] } } },
      results: [{ id: call?.id ?? -1, ok: true, value: null }],
    });
    await settled;
  });
  expect(seen).toBe("2");
  expect(container.textContent).toBe("2");
});
