import type { Page } from "playwright-core";

/** What a page of the fixture `survive` has shown so far. */
export interface Watch {
  /** What it must never show: nothing at all, a sum that is not that of its steps, a field without a letter that was typed. */
  readonly faults: string[];
  /** The kinds of notice that the banner has shown, in order; "" for none. */
  readonly kinds: string[];
  /** How long the longest time without a connection took, as the page saw it, in ms. */
  longestLossMs: number;
  /** What the person types; the field must never show less of it than before. */
  typing: string;
  /** Whether the numbers may go back to 0: the session is to be another one. */
  mayStartAnew: boolean;
}

/** Looks at every change of the page's documents from now on. */
export async function watchPage(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const watch: Watch = { faults: [], kinds: [], longestLossMs: 0, typing: "", mayStartAnew: false };
    Object.assign(globalThis, { watch });
    let hasBegun = false;
    let steps = 0;
    let typed = 0;
    let connectedAt = performance.now();
    const fault = (text: string): void => {
      if (watch.faults.at(-1) !== text) watch.faults.push(text);
    };
    const look = (): void => {
      const numbers = document.querySelector("#numbers")?.textContent;
      hasBegun ||= numbers !== undefined;
      if (!hasBegun) return;
      if (numbers === undefined || numbers === null || document.querySelector("#root")?.textContent === "")
        return fault("the page is blank");
      const [step = NaN, sum = NaN] = numbers.split(" ").map(Number);
      if (sum !== (step * (step + 1)) / 2) fault(`after ${step} steps the sum is ${sum}`);
      if (step < steps && !watch.mayStartAnew) fault(`from ${steps} steps back to ${step}`);
      steps = step;
      const field = document.querySelector("textarea")?.value ?? "";
      if (watch.typing !== "") {
        if (!watch.typing.startsWith(field) || field.length < typed) fault(`the field shows "${field}"`);
        typed = field.length;
      }
      if (document.querySelector("main")?.dataset["status"] === "connected") connectedAt = performance.now();
      watch.longestLossMs = Math.max(watch.longestLossMs, performance.now() - connectedAt);
      const kind = document.querySelector("section")?.dataset["kind"] ?? "";
      if (watch.kinds.at(-1) !== kind) watch.kinds.push(kind);
    };
    new MutationObserver(look).observe(document, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
    const lookAtFrame = (): void => {
      look();
      requestAnimationFrame(lookAtFrame);
    };
    requestAnimationFrame(lookAtFrame);
  });
}

/** What has been seen in the page's present document. */
export function watched(page: Page): Promise<Watch> {
  return page.evaluate(() => (globalThis as unknown as { watch: Watch }).watch);
}

/** Says what to expect from now on. */
export async function expectOf(page: Page, expected: Partial<Watch>): Promise<void> {
  await page.evaluate((changes) => Object.assign((globalThis as unknown as { watch: Watch }).watch, changes), expected);
}
