/** How a run of a background task stands. It begins as `queued` where its policy lets it wait, and ends as one of the last three. */
export type RunStatus = "queued" | "running" | "succeeded" | "failed" | "cancelled";

/** How far a run is: what it has reported, and what follows from that. */
export interface Progress<D = unknown> {
  readonly value?: number;
  readonly total?: number;
  readonly message?: string;
  /** Whatever else the task tells. */
  readonly data?: D;
  /** How much `value` has grown per second in the last seconds. */
  readonly rate?: number;
  /** How long the rest takes at that rate, in ms. Not there without a total. */
  readonly remainingMs?: number;
}
