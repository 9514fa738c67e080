// @vitest-environment happy-dom
import { act, cleanup, render } from "@testing-library/react";
import { Component, type ReactElement, type ReactNode, StrictMode, Suspense } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, expect, test, vi } from "vitest";
import { MeanwhileProvider, useServerState } from "../../../src/react/index.ts";
import { clientWith, FakeClient } from "./fake-client.ts";
import { events, Task, values } from "./task-state.ts";

afterEach(cleanup);

function Title(): ReactElement {
  return <i>{useServerState(Task).title}</i>;
}

function page(client: FakeClient, children: ReactNode = <Title />): ReactElement {
  return (
    <MeanwhileProvider client={client}>
      <Suspense fallback="loading">{children}</Suspense>
    </MeanwhileProvider>
  );
}

test("with values there, the very first frame has them", () => {
  const { client, replica } = clientWith(Task, values, events);
  const { container } = render(page(client));
  expect(container.textContent).toBe("first");
  expect(replica.loadedCount).toBe(0);
});

test.each([
  ["plain", (tree: ReactElement) => tree],
  ["StrictMode", (tree: ReactElement) => <StrictMode>{tree}</StrictMode>],
])("%s: suspends until the first snapshot, and never later, even on reconnect", async (_, wrap) => {
  const client = new FakeClient();
  const replica = client.state(Task);
  const frames: (string | null)[] = [];
  const { container, rerender } = await act(async () => render(wrap(page(client))));
  const observer = new MutationObserver(() => frames.push(container.textContent));
  observer.observe(container, { childList: true, subtree: true, characterData: true });
  expect(container.textContent).toBe("loading");

  await act(async () => replica.set(values));
  expect(container.textContent).toBe("first");
  const loads = replica.loadedCount;

  await act(async () => client.setConnection({ status: "reconnecting", attempt: 1 }));
  await act(async () => client.setConnection({ status: "connected", attempt: 0 }));
  await act(async () => replica.set({ ...values, title: "second" }));
  expect(container.textContent).toBe("second");
  replica.values = undefined; // a client never does; the page would keep what it has
  await act(async () => rerender(wrap(page(client))));
  expect(container.textContent).toBe("second");
  expect(replica.loadedCount).toBe(loads);
  expect(frames).not.toContain("loading");
  observer.disconnect();
});

test("components that mount later don't suspend any more", async () => {
  const { client, replica } = clientWith(Task, values, events);
  const { container, rerender } = render(page(client));
  rerender(
    page(
      client,
      <>
        <Title />
        <Title />
      </>,
    ),
  );
  expect(container.textContent).toBe("firstfirst");
  expect(replica.loadedCount).toBe(0);
});

test("a client that gives up goes to the error boundary", async () => {
  class Boundary extends Component<{ children: ReactNode }, { message: string | undefined }> {
    override state = { message: undefined };
    static getDerivedStateFromError(error: Error): { message: string } {
      return { message: error.message };
    }
    override render(): ReactNode {
      return this.state.message ?? this.props.children;
    }
  }
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  const client = new FakeClient();
  const { container } = await act(async () => render(<Boundary>{page(client)}</Boundary>));
  await act(async () => client.state(Task).fail(new Error("refused")));
  expect(container.textContent).toBe("refused");
  error.mockRestore();
});

test("hydration renders what the HTML was made with, then what is newer", async () => {
  const server = clientWith(Task, values, events);
  const container = document.createElement("div");
  container.innerHTML = renderToString(page(server.client));
  expect(container.textContent).toBe("first");

  const { client, replica } = clientWith(Task, { ...values, title: "newer" }, events);
  replica.initial = Object.freeze({ ...values });
  const errors: unknown[] = [];
  const root = await act(async () =>
    hydrateRoot(container, page(client), { onRecoverableError: (error) => errors.push(error) }),
  );
  expect(container.textContent).toBe("newer");
  expect(errors).toEqual([]);
  await act(async () => root.unmount());
  expect(replica.listeners.size).toBe(0);
});

test("hydration of values that still hold renders once", async () => {
  const { client, replica } = clientWith(Task, values, events);
  let renders = 0;
  function Counted(): ReactElement {
    renders += 1;
    return <Title />;
  }
  const container = document.createElement("div");
  container.innerHTML = renderToString(page(client, <Counted />));
  replica.initial = Object.freeze({ ...values });
  replica.values = Object.freeze({ ...values, counter: 5 });
  renders = 0;
  const root = await act(async () => hydrateRoot(container, page(client, <Counted />)));
  expect(renders).toBe(1);
  await act(async () => root.unmount());
});
