import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Deferred } from "../../../src/base/deferred.ts";
import { TextDraft } from "../../../src/react/text-draft.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A draft whose sends the test answers one by one. */
function setup(debounceMs = 0) {
  const sent: string[] = [];
  const answers: Deferred<unknown>[] = [];
  const draft = new TextDraft((text) => {
    sent.push(text);
    const answer = new Deferred<unknown>();
    answers.push(answer);
    return answer.promise;
  });
  draft.debounceMs = debounceMs;
  const answer = async (error?: unknown): Promise<void> => {
    const next = answers.shift();
    if (error === undefined) next?.resolve(undefined);
    else next?.reject(error);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { draft, sent, answers, answer, text: () => draft.status().text };
}

test("sends a change at once, and ends when it is answered", async () => {
  const { draft, sent, answer, text } = setup();
  draft.change("a");
  expect([sent, text()]).toEqual([["a"], "a"]);
  await answer();
  expect(text()).toBeUndefined();
});

test("has one send on its way at most; what was typed meanwhile goes as one text", async () => {
  const { draft, sent, answers, answer, text } = setup();
  for (const typed of ["a", "ab", "abc"]) draft.change(typed);
  expect(sent).toEqual(["a"]);
  await answer();
  expect([sent, answers.length, text()]).toEqual([["a", "abc"], 1, "abc"]);
  await answer();
  expect([sent.length, text()]).toEqual([2, undefined]);
});

test("typing back to what was sent before is sent too", async () => {
  const { draft, sent, answer, text } = setup();
  for (const typed of ["a", "ab", "a"]) draft.change(typed);
  await answer();
  expect([sent, text()]).toEqual([["a", "a"], "a"]);
  await answer();
  expect(text()).toBeUndefined();
});

test("a rejection ends the draft with its error, which the next change forgets", async () => {
  const { draft, answer } = setup();
  const error = new Error("too long");
  draft.change("a");
  await answer(error);
  expect(draft.status()).toEqual({ text: undefined, error });
  draft.change("b");
  expect(draft.status()).toEqual({ text: "b", error: undefined });
});

test("a rejection of a text that was typed over is not shown, and loses nothing", async () => {
  const { draft, sent, answer } = setup();
  draft.change("a");
  draft.change("ab");
  await answer(new Error("too short"));
  expect(draft.status()).toEqual({ text: "ab", error: undefined });
  await answer();
  expect(draft.status()).toEqual({ text: undefined, error: undefined });
  expect(sent).toEqual(["a", "ab"]);
});

test("a send that throws is a send that is rejected", async () => {
  const draft = new TextDraft(() => {
    throw new Error("no");
  });
  draft.change("a");
  await vi.advanceTimersByTimeAsync(0);
  expect(draft.status()).toEqual({ text: undefined, error: new Error("no") });
});

test("debounced: waits for the last change, also with a send on its way", async () => {
  const { draft, sent, answer, text } = setup(200);
  draft.change("a");
  await vi.advanceTimersByTimeAsync(199);
  draft.change("ab");
  await vi.advanceTimersByTimeAsync(199);
  expect(sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(sent).toEqual(["ab"]);
  draft.change("abc");
  await answer();
  expect([sent, text()]).toEqual([["ab"], "abc"]);
  await vi.advanceTimersByTimeAsync(200);
  expect(sent).toEqual(["ab", "abc"]);
  await answer();
  expect(text()).toBeUndefined();
});

test("flush sends what waits, once", async () => {
  const { draft, sent } = setup(200);
  draft.flush();
  expect(sent).toEqual([]);
  draft.change("a");
  draft.flush();
  draft.flush();
  await vi.advanceTimersByTimeAsync(1000);
  expect(sent).toEqual(["a"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("nothing is sent during a composition, its end sends", async () => {
  const { draft, sent, answer, text } = setup();
  draft.startComposition("x");
  expect(text()).toBe("x");
  for (const typed of ["xn", "xni", "x你"]) draft.change(typed);
  expect(sent).toEqual([]);
  draft.endComposition("x你");
  expect(sent).toEqual(["x你"]);
  await answer();
  expect(text()).toBeUndefined();
});

test("a composition in which nothing was written sends nothing", () => {
  const { draft, sent, text } = setup();
  draft.startComposition("x");
  draft.endComposition("x");
  expect([sent, text()]).toEqual([[], undefined]);
});

test("a text on its way when a composition starts is answered during it: the text stays", async () => {
  const { draft, sent, answer, text } = setup();
  draft.change("a");
  draft.startComposition("a");
  await answer(new Error("late"));
  expect(text()).toBe("a");
  expect(draft.status().error).toEqual(new Error("late"));
  draft.endComposition("aé");
  expect([sent, text()]).toEqual([["a", "aé"], "aé"]);
});
