import { execFileSync, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** The core of whatever is measured. */
export const SERVER_CORE = 0;
const DRIVER_CORE = 1;

const hasTaskset = spawnSync("taskset", ["--version"]).status === 0 && availableParallelism() > 1;

/** The program and arguments that run Node on one core; anywhere where there is no `taskset`, or only one core. */
export function nodeOn(core: number, args: readonly string[]): readonly [program: string, args: readonly string[]] {
  return hasTaskset ? ["taskset", ["-c", String(core), process.execPath, ...args]] : [process.execPath, args];
}

/** Moves this process, the driver, off the servers' core. */
export function pinDriver(): void {
  if (hasTaskset) execFileSync("taskset", ["-acp", String(DRIVER_CORE), String(process.pid)], { stdio: "ignore" });
}

/** Says how processes were kept apart. */
export const pinning = hasTaskset
  ? `server on core ${SERVER_CORE}, driver on core ${DRIVER_CORE}`
  : "NOT PINNED (no taskset, or one core): server and driver may have taken each other's time";
