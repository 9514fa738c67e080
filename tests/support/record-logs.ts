import { type OutboundKind, recordOutbound } from "./canary.ts";
import { spyOnMethod, textOf } from "./spy-on-method.ts";

/** Has the canary looked for in the arguments of these methods, from now on. */
export function recordCalls(kind: OutboundKind, target: object, methods: readonly string[]): void {
  for (const method of methods) {
    spyOnMethod(target, method, (_receiver, args) => {
      for (const arg of args) recordOutbound(kind, textOf(arg));
    });
  }
}

/** Has the canary looked for in everything that is logged or printed by this process. */
export function recordLogs(): void {
  recordCalls("log", console, ["debug", "error", "info", "log", "trace", "warn"]);
  for (const stream of [process.stdout, process.stderr]) recordCalls("log", stream, ["write"]);
}
