import { pino } from "pino";
import { expect, it, vi } from "vitest";
import { ErrorReporter } from "../../../src/server/error-reporter.ts";

const info = { kind: "task", name: "MyState.work", id: "id-1" } as const;
const fail = (): never => {
  throw new Error("broken");
};
const unreadable = Object.defineProperties(new Error("x"), {
  // First: the engine makes it of the others.
  stack: { get: fail },
  message: { get: fail },
  name: { get: fail },
  cause: { get: fail },
});

it("logs an error that can't be read without its content, and tells onError all the same", () => {
  const lines: string[] = [];
  const onError = vi.fn<(error: unknown) => void>();
  const reporter = new ErrorReporter(pino({}, { write: (line: string) => void lines.push(line) }), onError);
  for (const error of [
    unreadable,
    new Proxy({}, { get: fail, ownKeys: fail }),
    new Proxy(new Error("x"), { get: fail }),
  ])
    reporter.report(error, info);
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line).toContain("MyState.work");
  expect(onError).toHaveBeenCalledTimes(3);
  expect(onError.mock.calls[0]![0]).toBe(unreadable);
});

it("never throws: neither where the logger is broken, nor where onError throws or rejects", async () => {
  const logger = { debug: fail, info: fail, warn: fail, error: fail };
  for (const onError of [fail, async () => fail(), undefined])
    new ErrorReporter(logger, onError).report(new Error("x"), info);
  const error = vi.fn<(fields: object, message: string) => void>();
  new ErrorReporter({ ...logger, error }, async () => fail()).report(new Error("x"), info);
  await new Promise((resolve) => setImmediate(resolve));
  expect(error.mock.calls.map(([, message]) => message)).toEqual(["MyState.work failed", "The app's onError threw"]);
});
