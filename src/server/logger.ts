import { pino } from "pino";

/** What the app logs to: pino's own shape, so that any logger which has it (pino, bunyan, console behind three lines) can take its place. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** JSON lines on standard output, from level `info` up (`LOG_LEVEL` says otherwise). */
export function defaultLogger(): Logger {
  return pino({ name: "meanwhile", level: process.env["LOG_LEVEL"] ?? "info" });
}
