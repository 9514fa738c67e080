import { formFields } from "./form-data.ts";

/** What an event is to be called with, from what its function was called with: DOM events left out, a form as its fields. */
export function pageArguments(args: readonly unknown[]): readonly unknown[] {
  const kept = isDomEvent(args.at(-1)) ? args.slice(0, -1) : args;
  const [form] = kept;
  return kept.length === 1 && typeof FormData !== "undefined" && form instanceof FormData ? [formFields(form)] : kept;
}

/** Whether `value` is an event object of the DOM or of React. No plain data has a function in it. */
function isDomEvent(value: unknown): boolean {
  return typeof (value as Event | undefined)?.preventDefault === "function" && "target" in (value as Event);
}
