// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render } from "@testing-library/react";
import { type ReactElement, StrictMode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  MeanwhileProvider,
  type ServerInputOptions,
  useServerInput,
  useServerState,
} from "../../../src/react/index.ts";
import { clientWith } from "./fake-client.ts";
import { events, Task, values } from "./task-state.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** A server 300 ms away (150 each way), which makes of each text what `accept` says. Answers come in order. */
function setup(accept: (text: string) => string = (text) => text, options: ServerInputOptions = {}) {
  const { client, replica } = clientWith(Task, { ...values, title: "" }, events);
  const arrived: string[] = [];
  let most = 0;
  let underway = 0;
  replica.call = (_event, [text]) => {
    underway += 1;
    most = Math.max(most, underway);
    return new Promise((resolve, reject) => {
      setTimeout(() => {
        arrived.push(text as string);
        let title: string | undefined;
        let error: unknown;
        try {
          title = accept(text as string);
        } catch (thrown) {
          error = thrown;
        }
        setTimeout(() => {
          underway -= 1;
          if (title === undefined) return reject(error);
          replica.set({ title }); // as the client does: first the commit, then the answer
          resolve(undefined);
        }, 150);
      }, 150);
    });
  };
  function Field(): ReactElement {
    const { title, setTitle } = useServerState(Task);
    const input = useServerInput(title, setTitle, options);
    return (
      <>
        <input {...input} />
        <output data-pending={input.isPending}>{(input.error as Error | undefined)?.message}</output>
      </>
    );
  }
  const view = render(
    <StrictMode>
      <MeanwhileProvider client={client}>
        <Field />
      </MeanwhileProvider>
    </StrictMode>,
  );
  const input = view.container.querySelector("input") as HTMLInputElement;
  return {
    ...view,
    replica,
    input,
    output: view.container.querySelector("output") as HTMLOutputElement,
    arrived,
    mostUnderway: () => most,
    pass: (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms)),
    /** Types one character where the caret is. */
    type(character: string): void {
      const at = input.selectionStart ?? 0;
      const typed = input.value.slice(0, at) + character + input.value.slice(input.selectionEnd ?? at);
      fireEvent.input(input, { target: { value: typed, selectionStart: at + 1, selectionEnd: at + 1 } });
    },
  };
}

test("fast typing loses no character and never jumps, with the server 300 ms away", async () => {
  const { input, arrived, mostUnderway, pass, type, output } = setup();
  const text = "The quick brown fox jumps over the lazy dog";
  let typed = "";
  for (const character of text) {
    type(character);
    typed += character;
    for (let ms = 0; ms < 60; ms += 10) {
      await pass(10);
      expect(input.value).toBe(typed);
    }
  }
  await pass(1000);
  expect(input.value).toBe(text);
  expect(arrived.at(-1)).toBe(text);
  expect(arrived.length).toBeLessThan(text.length / 3);
  expect(mostUnderway()).toBe(1);
  expect(output.dataset["pending"]).toBe("false");
});

test("typing in the middle keeps the caret in the middle", async () => {
  const { input, pass, type } = setup();
  for (const character of "ad") type(character);
  await pass(1000);
  input.setSelectionRange(1, 1);
  for (const character of "bc") {
    type(character);
    await pass(100);
  }
  await pass(1000);
  expect([input.value, input.selectionStart]).toEqual(["abcd", 3]);
});

test("what the server corrects shows once typing has settled, with the caret where it was", async () => {
  const { input, pass, type } = setup((text) => text.toUpperCase().slice(0, 5));
  input.focus();
  for (const character of "abcdefg") {
    type(character);
    await pass(50);
  }
  expect(input.value).toBe("abcdefg");
  await pass(1000);
  expect(input.value).toBe("ABCDE");

  input.setSelectionRange(1, 1);
  type("x");
  await pass(1000);
  expect(input.value).toBe("AXBCD");
  expect(input.selectionStart).toBe(2);
});

test("a correction to the text as it was before shows too", async () => {
  const { input, pass, type } = setup(() => "");
  type("a");
  expect(input.value).toBe("a");
  await pass(1000);
  expect(input.value).toBe("");
});

test("a rejected text makes way for the server's, with the error; typing on forgets it", async () => {
  const { input, output, pass, type } = setup((text) => {
    if (text.includes("!")) throw new Error("no shouting");
    return text;
  });
  type("a");
  await pass(1000);
  type("!");
  expect(output.dataset["pending"]).toBe("true");
  await pass(1000);
  expect([input.value, output.textContent]).toEqual(["a", "no shouting"]);
  input.setSelectionRange(1, 1);
  type("b");
  expect(output.textContent).toBe("");
  await pass(1000);
  expect(input.value).toBe("ab");
});

test("somebody else's change shows while nobody types, and waits while somebody does", async () => {
  const { input, replica, pass, type } = setup();
  act(() => replica.set({ title: "theirs" }));
  expect(input.value).toBe("theirs");
  input.setSelectionRange(6, 6);
  type("x");
  await pass(10);
  act(() => replica.set({ title: "other" }));
  expect(input.value).toBe("theirsx");
  await pass(1000);
  expect(input.value).toBe("theirsx"); // the last one who wrote
});

test("somebody else's change leaves the caret where it is", () => {
  const { input, replica } = setup();
  act(() => replica.set({ title: "hello" }));
  input.focus();
  input.setSelectionRange(2, 2);
  fireEvent.select(input);
  fireEvent.keyUp(input, { key: "ArrowLeft" });
  act(() => replica.set({ title: "hello world" }));
  expect([input.value, input.selectionStart]).toEqual(["hello world", 2]);
});

test("a composition is left alone by the server, and sent when it ends", async () => {
  const { input, replica, arrived, pass } = setup();
  fireEvent.compositionStart(input);
  for (const value of ["k", "か", "かn"]) {
    fireEvent.input(input, { target: { value } });
    await pass(400);
    act(() => replica.set({ title: `theirs ${value}` }));
    expect(input.value).toBe(value);
  }
  expect(arrived).toEqual([]);
  fireEvent.input(input, { target: { value: "漢" } });
  fireEvent.compositionEnd(input);
  await pass(1000);
  expect([input.value, arrived]).toEqual(["漢", ["漢"]]);
});

test("debounced: one call for a burst; leaving the field or the page sends at once", async () => {
  const { input, arrived, pass, type, unmount } = setup((text) => text, { debounce: 250 });
  for (const character of "abc") {
    type(character);
    await pass(100);
  }
  expect(arrived).toEqual([]);
  await pass(1000);
  expect(arrived).toEqual(["abc"]);
  type("d");
  fireEvent.blur(input);
  await pass(150);
  expect(arrived).toEqual(["abc", "abcd"]);
  await pass(150);
  type("e");
  unmount();
  await pass(1000);
  expect(arrived).toEqual(["abc", "abcd", "abcde"]);
});

test("works on a textarea, with the newest `send`", async () => {
  const sent: string[] = [];
  function Area({ prefix }: { prefix: string }): ReactElement {
    return <textarea {...useServerInput("", async (text) => void sent.push(prefix + text))} />;
  }
  const { container, rerender } = render(<Area prefix="a:" />);
  rerender(<Area prefix="b:" />);
  fireEvent.input(container.querySelector("textarea") as HTMLTextAreaElement, { target: { value: "text" } });
  await act(() => vi.advanceTimersByTimeAsync(0));
  expect(sent).toEqual(["b:text"]);
});

test("no attribute beside those of an input is spread", () => {
  const error = vi.spyOn(console, "error");
  const { input } = setup();
  expect(input.getAttributeNames()).toEqual(["value"]);
  expect(error).not.toHaveBeenCalled();
  error.mockRestore();
});
