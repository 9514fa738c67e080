import { MeanwhileError, TaskCancelledError, type CancelReason } from "../base/errors.ts";
import type { Progress, RunStatus } from "../base/run.ts";
import type { WireError } from "../wire/messages.ts";
import type { Run, RunView } from "../wire/page.ts";
import { CallPromise } from "./call-promise.ts";
import type { StateReplica } from "./client.ts";
import { rebuildError } from "./rebuild-error.ts";
import type { Replica } from "./replica.ts";

/** A run as the server tells it. */
interface RunRecord {
  readonly id: string;
  readonly status: RunStatus;
  readonly attempt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly progress?: Progress;
  readonly result?: unknown;
  readonly error?: WireError;
  readonly reason?: CancelReason;
}

const NONE: readonly RunView[] = Object.freeze([]);
/** What is made of an array of records. */
interface RunIndex {
  readonly list: readonly RunView[];
  readonly byId: ReadonlyMap<string, RunView>;
}

const indexes = new WeakMap<object, RunIndex>();
const views = new WeakMap<object, RunView>();

/** The runs that a task's replica shows, the newest first: the same array, and the same views, while nothing of them has changed. */
export function runViews(replica: StateReplica): readonly RunView[] {
  return indexOf(replica)?.list ?? NONE;
}

function indexOf(replica: StateReplica): RunIndex | undefined {
  const records = replica.values?.["runs"] as readonly RunRecord[] | undefined;
  if (!Array.isArray(records)) return undefined;
  let index = indexes.get(records);
  if (index === undefined) {
    const list = records.map((record: RunRecord) => viewOf(record, replica)).reverse();
    const byId = new Map(list.map((view) => [view.id, view]));
    index = { list: Object.freeze(list), byId };
    indexes.set(records, index);
    const known = cancels.get(replica);
    for (const id of known?.keys() ?? []) if (!byId.has(id)) known?.delete(id);
  }
  return index;
}

function viewOf(record: RunRecord, replica: StateReplica): RunView {
  let view = views.get(record);
  if (view === undefined) {
    const { id, status, attempt, startedAt, endedAt, progress, result, error, reason } = record;
    view = Object.freeze({
      id,
      status,
      isActive: endedAt === undefined,
      isCancelling: endedAt === undefined && reason !== undefined,
      attempt,
      startedAt,
      endedAt,
      progress,
      result,
      error:
        error !== undefined
          ? rebuildError(error)
          : status === "cancelled"
            ? new TaskCancelledError(replica.name, reason ?? "cancelled")
            : undefined,
      cancel: cancelOf(id, replica),
    });
    views.set(record, view);
  }
  return view;
}

const cancels = new WeakMap<object, Map<string, () => Promise<void>>>();

function cancelOf(id: string, replica: StateReplica): () => Promise<void> {
  let byId = cancels.get(replica);
  if (byId === undefined) cancels.set(replica, (byId = new Map<string, () => Promise<void>>()));
  let cancel = byId.get(id);
  if (cancel === undefined) byId.set(id, (cancel = () => replica.call("cancel", [id]) as Promise<void>));
  return cancel;
}

/** A run that this page has started. */
export class PageRun implements Run {
  readonly id: string;
  readonly #replica: Replica<unknown>;
  readonly #report: (error: unknown) => void;
  #result: Promise<unknown> | undefined;
  #isFollowed = false;
  /** What it was at its end: the server may forget it. */
  #last: RunView | undefined;

  constructor(id: string, replica: Replica<unknown>, report: (error: unknown) => void) {
    this.id = id;
    this.#replica = replica;
    this.#report = report;
  }

  get status(): RunStatus {
    return this.#now()?.status ?? "queued";
  }

  get attempt(): number {
    return this.#now()?.attempt ?? 0;
  }

  get progress(): Progress | undefined {
    return this.#now()?.progress;
  }

  get result(): Promise<unknown> {
    return (this.#result ??= new CallPromise((resolve, reject) => {
      this.#follow(({ status, result, error }) => (status === "succeeded" ? resolve(result) : reject(error)), reject);
    }, this.#report));
  }

  cancel(): Promise<void> {
    return cancelOf(this.id, this.#replica)();
  }

  subscribe(listener: () => void): () => void {
    let before = this.#find();
    return this.#replica.subscribe(() => {
      const now = this.#find();
      if (now === before) return;
      before = now;
      listener();
    });
  }

  #find(): RunView | undefined {
    const view = indexOf(this.#replica)?.byId.get(this.id);
    if (view?.isActive === false) this.#last = view;
    return view ?? this.#last;
  }

  /** What it is now; from the first time on it is kept up to date. */
  #now(): RunView | undefined {
    if (!this.#isFollowed) {
      this.#isFollowed = true;
      const nothing = (): void => {};
      this.#follow(nothing, nothing);
    }
    return this.#find();
  }

  /** Looks after the run until it has ended, or can't be known any more. */
  #follow(ended: (view: RunView) => void, lost: (error: unknown) => void): void {
    const check = (): void => {
      const view = this.#find();
      if (view?.isActive === false) ended(view);
      else if (this.#replica.failure !== undefined) lost(this.#replica.failure);
      else if (view === undefined && this.#replica.isCurrent) lost(forgotten(this.#replica.name, this.id));
      else return;
      stop();
    };
    const stop = this.#replica.subscribe(check);
    check();
  }
}

function forgotten(name: string, id: string): MeanwhileError {
  return new MeanwhileError(
    "RUN_FORGOTTEN",
    `The server does not know the run ${id} of ${name} any more: it ended too long ago, or with its session.`,
  );
}
