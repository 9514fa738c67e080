// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, renderHook } from "@testing-library/react";
import { memo, type ReactElement, type ReactNode, StrictMode, useEffect, useLayoutEffect, useState } from "react";
import { afterEach, expect, expectTypeOf, test, vi } from "vitest";
import { MeanwhileProvider, type Page, useServerState } from "../../../src/react/index.ts";
import { clientWith, type FakeClient } from "./fake-client.ts";
import { events, type Row, Task, values } from "./task-state.ts";

afterEach(cleanup);

function setup() {
  const { client, replica } = clientWith(Task, values, events);
  const wrapper = ({ children }: { children: ReactNode }): ReactElement => (
    <MeanwhileProvider client={client}>{children}</MeanwhileProvider>
  );
  return { client, replica, wrapper, set: (changes: object) => act(() => replica.set({ ...changes })) };
}

test("a component renders when a var that it read has changed, and only then", () => {
  const { wrapper, set } = setup();
  const renders = { counter: 0, title: 0, none: 0 };
  function Counter(): ReactElement {
    renders.counter += 1;
    return <b>{useServerState(Task).counter}</b>;
  }
  function Title(): ReactElement {
    renders.title += 1;
    return <i>{useServerState(Task).title}</i>;
  }
  function Button(): ReactElement {
    renders.none += 1;
    const { increment } = useServerState(Task);
    return <button onClick={increment} />;
  }
  const { container } = render(
    <>
      <Counter />
      <Title />
      <Button />
    </>,
    { wrapper },
  );
  expect(renders).toEqual({ counter: 1, title: 1, none: 1 });
  set({ counter: 2 });
  expect(renders).toEqual({ counter: 2, title: 1, none: 1 });
  set({ title: "second" });
  expect(renders).toEqual({ counter: 2, title: 2, none: 1 });
  set({ max: 11 });
  expect(renders).toEqual({ counter: 2, title: 2, none: 1 });
  expect(container.textContent).toBe("2second");
});

test("the object is new when something that was read has changed, else the same; events are for ever", () => {
  const { wrapper, set } = setup();
  const { result, rerender } = renderHook(
    () => {
      const task = useServerState(Task);
      return { task, counter: task.counter, increment: task.increment };
    },
    { wrapper },
  );
  const first = result.current;
  set({ title: "second" });
  rerender();
  expect(result.current.task).toBe(first.task);
  set({ counter: 2 });
  expect(result.current.task).not.toBe(first.task);
  expect(result.current.increment).toBe(first.increment);
  expectTypeOf(result.current.task).toEqualTypeOf<Page<Task>>();
});

test("what a component no longer reads no longer makes it render", () => {
  const { wrapper, set } = setup();
  let renders = 0;
  const { rerender } = renderHook(
    ({ reads }: { reads: "counter" | "title" }) => {
      renders += 1;
      return useServerState(Task)[reads];
    },
    { wrapper, initialProps: { reads: "counter" } },
  );
  rerender({ reads: "title" });
  set({ title: "second" }); // from here on a new object, of which only the title is read
  renders = 0;
  set({ counter: 2 });
  expect(renders).toBe(0);
  set({ title: "third" });
  expect(renders).toBe(1);
});

test("what a child reads counts as the owner's, also in a later render of the child alone", () => {
  const { wrapper, set } = setup();
  let ownerRenders = 0;
  const Child = memo(function Child({ task }: { task: Page<Task> }): ReactElement {
    const [isOpen, setOpen] = useState(false);
    return <button onClick={() => setOpen(true)}>{isOpen ? task.title : task.counter}</button>;
  });
  function Owner(): ReactElement {
    ownerRenders += 1;
    return <Child task={useServerState(Task)} />;
  }
  const { getByRole } = render(<Owner />, { wrapper });
  set({ counter: 2 });
  expect(getByRole("button").textContent).toBe("2");
  expect(ownerRenders).toBe(2);
  set({ title: "second" });
  expect(ownerRenders).toBe(2);
  fireEvent.click(getByRole("button"));
  expect(getByRole("button").textContent).toBe("second");
  set({ title: "third" });
  expect(getByRole("button").textContent).toBe("third");
  set({ counter: 3 });
  expect(ownerRenders).toBe(3);
});

test("callbacks and effects read the newest values", () => {
  const { wrapper, replica, set } = setup();
  const seen: unknown[] = [];
  let readAll = (): unknown[] => [];
  function Child({ task }: { task: Page<Task> }): null {
    useLayoutEffect(() => void seen.push(["layout", task.title]));
    useEffect(() => void seen.push(["effect", task.max]));
    return null;
  }
  function Owner(): ReactElement {
    const task = useServerState(Task);
    readAll = () => [task.counter, task.title];
    return <Child task={task} />;
  }
  render(<Owner />, { wrapper });
  expect(seen).toEqual([
    ["layout", "first"],
    ["effect", 10],
  ]);
  const readFirst = readAll;
  expect(readFirst()).toEqual([1, "first"]);
  set({ counter: 2, title: "second" });
  expect(readFirst()).toEqual([2, "second"]);
  act(() => {
    replica.set({ counter: 3 });
    expect(readFirst()[0]).toBe(3); // before React has rendered anything
  });
});

test("a value read only in a callback costs one render at most", () => {
  const { wrapper, set } = setup();
  let renders = 0;
  const { result } = renderHook(
    () => {
      renders += 1;
      const task = useServerState(Task);
      return () => task.max;
    },
    { wrapper },
  );
  result.current();
  for (let max = 11; max < 20; max += 1) set({ max });
  expect(renders).toBe(2);
});

test("several changes at once render once", () => {
  const { wrapper, replica } = setup();
  let renders = 0;
  const { result } = renderHook(
    () => {
      renders += 1;
      const { counter, title } = useServerState(Task);
      return `${counter} ${title}`;
    },
    { wrapper },
  );
  act(() => {
    replica.set({ counter: 2 });
    replica.set({ title: "second" });
    replica.set({ counter: 3 });
  });
  expect(result.current).toBe("3 second");
  expect(renders).toBe(2);
});

test("memo rows whose value has not changed don't render", () => {
  const { wrapper, replica, set } = setup();
  const rows: Row[] = Array.from({ length: 50 }, (_, id) => ({ id, label: `row ${id}` }));
  replica.set({ rows });
  const rendered: number[] = [];
  const RowView = memo(function RowView({ row, onPick }: { row: Page<Task>["rows"][number]; onPick: unknown }) {
    rendered.push(row.id);
    return <li data-picks={typeof onPick}>{row.label}</li>;
  });
  function List(): ReactElement {
    const { rows: shown, increment } = useServerState(Task);
    return (
      <ul>
        {shown.map((row) => (
          <RowView key={row.id} row={row} onPick={increment} />
        ))}
      </ul>
    );
  }
  const { container } = render(<List />, { wrapper });
  rendered.length = 0;
  set({ rows: rows.with(7, { id: 7, label: "changed" }) });
  expect(rendered).toEqual([7]);
  expect(container.textContent).toContain("changed");
  rendered.length = 0;
  set({ rows: rows.slice(1) }); // row 7 has its old value again
  expect(rendered).toEqual([7]);
});

test("StrictMode: one subscription a component, none after the last has gone", () => {
  const { wrapper: Provider, replica, set } = setup();
  const error = vi.spyOn(console, "error");
  let renders = 0;
  function Counter(): ReactElement {
    renders += 1;
    return <b>{useServerState(Task).counter}</b>;
  }
  const { container, rerender, unmount } = render(
    <StrictMode>
      <Provider>
        <Counter />
        <Counter />
      </Provider>
    </StrictMode>,
  );
  expect(replica.listeners.size).toBe(2);
  renders = 0;
  set({ title: "second" });
  expect(renders).toBe(0);
  set({ counter: 2 });
  expect(renders).toBe(4); // StrictMode calls each twice
  expect(container.textContent).toBe("22");
  rerender(
    <StrictMode>
      <Provider>
        <Counter />
      </Provider>
    </StrictMode>,
  );
  expect(replica.listeners.size).toBe(1);
  unmount();
  expect(replica.listeners.size).toBe(0);
  set({ counter: 3 });
  expect(error).not.toHaveBeenCalled();
  error.mockRestore();
});

test("follows its client: another provider's replica takes the place of the first", () => {
  const one = clientWith(Task, { ...values, title: "one" }, events);
  const two = clientWith(Task, { ...values, title: "two" }, events);
  function Title(): ReactElement {
    return <i>{useServerState(Task).title}</i>;
  }
  const tree = (client: FakeClient): ReactElement => (
    <MeanwhileProvider client={client}>
      <Title />
    </MeanwhileProvider>
  );
  const { container, rerender } = render(tree(one.client));
  expect(container.textContent).toBe("one");
  rerender(tree(two.client));
  expect(container.textContent).toBe("two");
  expect([one.replica.listeners.size, two.replica.listeners.size]).toEqual([0, 1]);
  act(() => two.replica.set({ title: "three" }));
  expect(container.textContent).toBe("three");
});

test("a page is read-only for the compiler too", () => {
  const { wrapper } = setup();
  const { result } = renderHook(() => useServerState(Task), { wrapper });
  expect(() => {
    // @ts-expect-error a page reads
    result.current.counter = 2;
  }).toThrow(/Task\.counter/);
});
