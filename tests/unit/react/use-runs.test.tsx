// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render } from "@testing-library/react";
import { type ReactElement, StrictMode } from "react";
import { afterEach, expect, expectTypeOf, test } from "vitest";
import { event, PublicError, State, type Background } from "../../../src/index.ts";
import { MeanwhileProvider, type Page, type RunView, useRuns, useServerState } from "../../../src/react/index.ts";
import { createTestApp, type TestApp, type TestPage } from "../../../src/testing/index.ts";

let finish: (how: "done" | "failed") => void = () => {};

class JobState extends State {
  other = 0;

  @event({ background: true }) async job(this: Background<JobState, { rejected: number }>, name: string) {
    this.task.report({ value: 1, total: 4, data: { rejected: 0 } });
    const finished = new Promise<string>((resolve) => (finish = resolve));
    const aborted = new Promise<never>((_, reject) => {
      this.task.signal.addEventListener("abort", () => reject(this.task.signal.reason as Error));
    });
    const how = await Promise.race([finished, aborted]);
    if (how === "failed") throw new PublicError("The file is not readable.");
    return { name, rows: 4 };
  }

  @event increment() {
    this.other += 1;
  }
  @event startFromServer() {
    this.trigger(JobState).job("server");
  }
}

let test_: TestApp | undefined;

afterEach(async () => {
  cleanup();
  await test_?.close();
});

async function settle(app: TestApp): Promise<void> {
  await act(() => app.settle());
}

function tree(page: TestPage, children: ReactElement): ReactElement {
  return (
    <StrictMode>
      <MeanwhileProvider client={page.client}>{children}</MeanwhileProvider>
    </StrictMode>
  );
}

function Runs({ task }: { task: Page<JobState>["job"] }): ReactElement {
  return <i>{useRuns(task).length}</i>;
}

/** A progress bar, a cancel button and an error message: three lines, and no state of their own. */
function Job(): ReactElement {
  const state = useServerState(JobState);
  const [run] = useRuns(state.job);
  return (
    <section>
      <button onClick={() => void state.job("page").catch(() => {})}>Start</button>
      <progress value={run?.progress?.value ?? 0} max={run?.progress?.total ?? 1} />
      {run?.isActive && <button onClick={run.cancel}>Cancel</button>}
      {run?.error && <p role="alert">{run.error.message}</p>}
      <output>{`${run?.status ?? "none"} ${run?.result?.rows ?? "-"}`}</output>
    </section>
  );
}

async function setup() {
  const app = (test_ = createTestApp({ states: [JobState] }));
  const page = app.connect();
  page.state(JobState);
  await app.settle();
  const view = render(
    tree(
      page,
      <>
        <Job />
        <Job />
      </>,
    ),
  );
  await settle(app);
  const outputs = (): string[] => [...view.container.querySelectorAll("output")].map((each) => each.textContent);
  const click = async (name: string): Promise<void> => {
    fireEvent.click(view.getAllByText(name)[0]!);
    await settle(app);
  };
  return { app, page, view, outputs, click };
}

test("a run from start to result, in two components, under StrictMode", async () => {
  const { app, view, outputs, click } = await setup();
  expect(outputs()).toEqual(["none -", "none -"]);
  await click("Start");
  expect(outputs()).toEqual(["running -", "running -"]);
  expect(view.container.querySelector("progress")).toMatchObject({ value: 1, max: 4 });
  finish("done");
  await settle(app);
  expect(outputs()).toEqual(["succeeded 4", "succeeded 4"]);
  expect(view.queryByText("Cancel")).toBeNull();
});

test("cancel, and a failure that is made for the page", async () => {
  const { app, view, outputs, click } = await setup();
  await click("Start");
  await click("Cancel");
  expect(outputs()[0]).toBe("cancelled -");
  expect(view.getAllByRole("alert")[0]!.textContent).toBe("JobState.job was cancelled (cancelled).");
  await click("Start");
  finish("failed");
  await settle(app);
  expect(outputs()[0]).toBe("failed -");
  expect(view.getAllByRole("alert")[0]!.textContent).toBe("The file is not readable.");
});

test("tasks that the server has started, and those of the page before a reload, are shown too", async () => {
  const { app, page, view, outputs } = await setup();
  await act(() => page.client.state(JobState).page.startFromServer());
  await settle(app);
  expect(outputs()[0]).toBe("running -");
  view.unmount();
  page.leave();
  await app.settle();
  const again = app.connect({ storage: page.storage });
  again.state(JobState);
  await app.settle();
  const next = render(tree(again, <Job />));
  await settle(app);
  expect(next.container.querySelector("output")!.textContent).toBe("running -");
  finish("done");
  await settle(app);
  expect(next.container.querySelector("output")!.textContent).toBe("succeeded 4");
});

test("runs keep their identity while nothing of them changes, and a component renders for nothing else", async () => {
  const app = (test_ = createTestApp({ states: [JobState] }));
  const page = app.connect();
  const state = page.state(JobState);
  await app.settle();
  const seen: (readonly RunView[])[] = [];
  function Watch(): ReactElement {
    const runs = useRuns(useServerState(JobState).job);
    seen.push(runs);
    return <i>{runs.length}</i>;
  }
  render(
    <MeanwhileProvider client={page.client}>
      <Watch />
    </MeanwhileProvider>,
  );
  await act(() => state.job("one"));
  await settle(app);
  const [first] = seen.at(-1)!;
  const renders = seen.length;
  await act(() => state.increment());
  expect(seen).toHaveLength(renders);
  await act(() => state.job("two"));
  await settle(app);
  expect(seen.at(-1)).toHaveLength(2);
  expect(seen.at(-1)![1]).toBe(first);
  expect(seen.at(-1)![1]!.cancel).toBe(first!.cancel);
});

test("nothing is subscribed to before a component looks, and soon after the last has gone no more", async () => {
  const { app, page, view } = await setup();
  const subscribed = (): string[] =>
    page.frames
      .filter(({ direction, text }) => direction === "sent" && /"(un)?subscribe"/.test(text))
      .map(({ text }) => text);
  expect(subscribed().filter((text) => text.includes("JobState.job"))).toHaveLength(1);
  view.unmount();
  await app.advance(1_001);
  expect(subscribed().at(-1)).toBe('{"type":"unsubscribe","states":["JobState.job"]}');
});

test("anything but an event of a state is refused, with what to give", () => {
  const notATask = (async () => {}) as unknown as Page<JobState>["job"];
  expect(() => render(<Runs task={notATask} />)).toThrow(/useRuns takes a background task of a state/);
});

test("a run is typed by its task: the result, and the data of its progress", () => {
  type Job = Page<JobState>["job"];
  expectTypeOf<ReturnType<typeof useRuns<Job>>>().toEqualTypeOf<
    readonly RunView<{ readonly name: string; readonly rows: number }, { rejected: number }>[]
  >();
  // @ts-expect-error a handler has no runs
  void ((increment: Page<JobState>["increment"]) => useRuns(increment));
});
