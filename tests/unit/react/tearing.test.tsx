// @vitest-environment happy-dom
import { Profiler, type ReactElement, startTransition, StrictMode, useEffect, useReducer, useState } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Deferred } from "../../../src/base/deferred.ts";
import { MeanwhileProvider, type Page, useServerState } from "../../../src/react/index.ts";
import { clientWith, type FakeClient, type FakeReplica } from "./fake-client.ts";
import { events, Task, values } from "./task-state.ts";

// Without `act`, so that React renders in slices as it does in a browser. Updates come in microtasks that a slow child queues while it renders: they
// run when React next yields, with the rest of the tree still to be rendered.

const CHILDREN = 40;
const SLICE_MS = 5;

let client: FakeClient;
let replica: FakeReplica<Task>;
let root: Root;
let container: HTMLElement;
/** What each committed frame showed: the counters of all children, without repetition. */
let frames: string[][];
/** How many children had been rendered when each update came. */
let renderedBefore: number[];
let rendered: number;
let pendingUpdates: number;
let committed: Deferred<void>;
let isDone: (frame: string[]) => boolean;

beforeEach(() => {
  ({ client, replica } = clientWith(Task, values, events));
  container = document.createElement("div");
  root = createRoot(container);
  frames = [];
  renderedBefore = [];
  rendered = 0;
  pendingUpdates = 0;
});

afterEach(() => {
  root.unmount();
  expect(replica.listeners.size).toBe(0);
});

/** Keeps the thread as long as a fifth of a slice; a few of its calls make an update in the middle of the render. */
function renderSlowly(): void {
  rendered += 1;
  if (pendingUpdates > 0 && rendered % 15 === 0) {
    pendingUpdates -= 1;
    queueMicrotask(() => {
      renderedBefore.push(rendered);
      replica.set({ counter: Number(replica.values?.["counter"]) + 1 });
    });
  }
  const end = performance.now() + SLICE_MS / 5;
  while (performance.now() < end);
}

function noteFrame(): void {
  const frame = [...new Set([...container.querySelectorAll("[data-counter]")].map((node) => node.textContent))];
  frames.push(frame);
  if (isDone(frame)) committed.resolve();
}

/** Makes `updates` changes in the middle of the renders that `start` brings about; settles at the first frame that shows the last of them. */
async function renderWithUpdates(updates: number, start: () => void): Promise<void> {
  const last = String(Number(replica.values?.["counter"]) + updates);
  rendered = 0;
  renderedBefore = [];
  pendingUpdates = updates;
  committed = new Deferred();
  isDone = (frame) => frame.includes(last);
  startTransition(start);
  await committed.promise;
  expect(pendingUpdates).toBe(0);
  expect(renderedBefore[0]).toBeLessThan(CHILDREN);
}

function OwnReader(): ReactElement {
  const { counter } = useServerState(Task);
  renderSlowly();
  return <i data-counter>{counter}</i>;
}

function GivenPage({ task }: { task: Page<Task> }): ReactElement {
  renderSlowly();
  return <i data-counter>{task.counter}</i>;
}

function Readers({ generation }: { generation: number }): ReactElement {
  const task = useServerState(Task);
  return (
    <div data-generation={generation}>
      {Array.from({ length: CHILDREN }, (_, index) =>
        index % 2 === 0 ? <OwnReader key={index} /> : <GivenPage key={index} task={task} />,
      )}
    </div>
  );
}

function app(children: ReactElement): ReactElement {
  return (
    <MeanwhileProvider client={client}>
      <Profiler id="app" onRender={noteFrame}>
        {children}
      </Profiler>
    </MeanwhileProvider>
  );
}

/** Shows the tree with no reader in it yet. */
async function mount(tree: ReactElement): Promise<void> {
  committed = new Deferred();
  isDone = () => true;
  root.render(tree);
  await committed.promise;
}

let setGeneration: (generation: number) => void;

/** Mounts its children, and renders all of them anew, in transitions. */
function Tabs({ reader: Reader }: { reader: (props: { generation: number }) => ReactElement }): ReactElement {
  const [generation, set] = useState(0);
  setGeneration = set;
  return generation === 0 ? <p /> : <Reader generation={generation} />;
}

test.each([
  ["plain", (tree: ReactElement) => tree],
  ["StrictMode", (tree: ReactElement) => <StrictMode>{tree}</StrictMode>],
])("%s: no committed frame shows two values of one var", async (_, wrap) => {
  await mount(wrap(app(<Tabs reader={Readers} />)));
  await renderWithUpdates(1, () => setGeneration(1)); // mounting
  await renderWithUpdates(2, () => setGeneration(2)); // mounted and subscribed
  expect(frames.filter((frame) => frame.length > 1)).toEqual([]);
  expect(frames.flat()).toContain("4");
});

test("the same updates tear a hook that reads a changing object while it renders", async () => {
  function NaiveReader(): ReactElement {
    const [, rerender] = useReducer((count: number) => count + 1, 0);
    useEffect(() => replica.subscribe(() => startTransition(rerender)), []);
    renderSlowly();
    return <i data-counter>{String(replica.values?.["counter"])}</i>;
  }
  function NaiveReaders({ generation }: { generation: number }): ReactElement {
    return (
      <div data-generation={generation}>
        {Array.from({ length: CHILDREN }, (_, index) => (
          <NaiveReader key={index} />
        ))}
      </div>
    );
  }
  await mount(app(<Tabs reader={NaiveReaders} />));
  await renderWithUpdates(1, () => setGeneration(1));
  expect(frames.filter((frame) => frame.length > 1)).not.toEqual([]);
});
