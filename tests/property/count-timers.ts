import type { Timer } from "../../src/server/index.ts";
import type { ManualClock } from "../../src/testing/index.ts";

/** The clock's timers that are set from now on, as long as they are: also those that would not keep a process alive. */
export function countTimers(clock: ManualClock): ReadonlySet<Timer> {
  const timers = new Set<Timer>();
  const setTimer = clock.setTimer.bind(clock);
  clock.setTimer = (ms, callback, keepsAlive) => {
    const timer = setTimer(
      ms,
      () => {
        timers.delete(timer);
        callback();
      },
      keepsAlive,
    );
    const cancel = timer.cancel.bind(timer);
    timer.cancel = () => {
      timers.delete(timer);
      cancel();
    };
    timers.add(timer);
    return timer;
  };
  return timers;
}
