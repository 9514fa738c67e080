/** For each bench that drives an app harder than its limits allow. */
export const LIMITS_NOTE =
  "The app's limits `maxEventsPerSecond`, `eventBurst` and `maxConnectionsPerAddress` are raised, since the bench exceeds them on purpose; " +
  "sessions of pages that have left are not kept, so that no round pays for those before it; all else is as by default.";

/** For each bench whose figures come from several rounds. */
export const ROUNDS_NOTE = "Medians of the ratios within each round, with the least and the most in brackets.";
