/**
 * The catalogue: every error that meanwhile raises has one of these codes. `docs/reference/errors.md` has a heading for
 * each.
 */
export const ERROR_CODES = [
  "IMMUTABLE_STATE",
  "STATE_SERIALIZATION",
  "STATE_DEFINITION",
  "DUPLICATE_STATE",
  "UNDECLARED_VAR",
  "COMPUTED_VAR",
  "BACKGROUND_CALL",
  "STATE_UNAVAILABLE",
  "UNKNOWN_STATE",
  "UNKNOWN_EVENT",
  "INVALID_ARGUMENTS",
  "EVENT_FAILED",
  "PUBLIC",
  "TASK_CANCELLED",
  "TASK_REFUSED",
  "RESULT_IN_LOCK",
  "RUN_FORGOTTEN",
  "LOCK_TIMEOUT",
  "UNKNOWN_SESSION",
  "APP_CLOSED",
  "CONNECTION_LOST",
  "SESSION_LOST",
  "OUTBOX_FULL",
  "RESULT_LOST",
  "RATE_LIMITED",
  "TOO_MANY_CALLS",
  "TOO_MANY_CONNECTIONS",
  "TOO_MANY_SESSIONS",
  "MESSAGE_TOO_LARGE",
  "HELLO_TIMEOUT",
  "UNAUTHORIZED",
  "AUTHORIZE_FAILED",
  "FILE_UPLOAD",
  "CLIENT_SETUP",
  "BAD_MESSAGE",
  "ORIGIN_REFUSED",
  "PROTOCOL_MISMATCH",
  "SERVER_ONLY",
] as const;

/** One code of the catalogue. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** The base of every error that meanwhile raises. */
export class MeanwhileError extends Error {
  /** What went wrong, as one word of the catalogue; stable, for programs. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A write to state by code that does not hold the lock, or a lock taken inside a lock. */
export class ImmutableStateError extends MeanwhileError {
  override readonly name = "ImmutableStateError";
  constructor(message: string, options?: ErrorOptions) {
    super("IMMUTABLE_STATE", message, options);
  }
}

/** The path of a value within a backend var. Its keys are data that never leaves the server, and errors end in logs. */
const WITHIN_BACKEND_VAR = /^([^.[\s]+\._[^.[\s]*)[.[\s].*$/s;

/** A value that is not plain data, or too deep, met at commit or in arguments or a result; the commit is undone. */
export class StateSerializationError extends MeanwhileError {
  override readonly name = "StateSerializationError";
  /** Where the value is, such as `MyState.items[3].owner`; within a backend var no more than `MyState._items[…]`. */
  readonly path: string;
  constructor(path: string, reason: string) {
    const shown = path.replace(WITHIN_BACKEND_VAR, "$1[…]");
    super("STATE_SERIALIZATION", `${shown} ${reason}`);
    this.path = shown;
  }
}

/** A state class that breaks a rule of state classes; the message names the class, the member and the way out. */
export class StateDefinitionError extends MeanwhileError {
  override readonly name = "StateDefinitionError";
  constructor(message: string) {
    super("STATE_DEFINITION", message);
  }
}

/** Two state classes of one app have the same name. */
export class DuplicateStateError extends MeanwhileError {
  override readonly name = "DuplicateStateError";
  constructor(stateName: string, first: string, second: string) {
    super(
      "DUPLICATE_STATE",
      `Two state classes are named ${stateName}: one in ${first}, one in ${second}. States are known by their name everywhere; rename one of them.`,
    );
  }
}

/** A write to a name that is not a var of the state. */
export class UndeclaredVarError extends MeanwhileError {
  override readonly name = "UndeclaredVarError";
  constructor(stateName: string, varName: string) {
    super(
      "UNDECLARED_VAR",
      `${stateName} has no var "${varName}". Declare it in the class with an initial value (${varName} = ...; undefined will do).`,
    );
  }
}

/** A computed var that writes, or gives a promise. */
export class ComputedVarError extends MeanwhileError {
  override readonly name = "ComputedVarError";
  constructor(message: string) {
    super("COMPUTED_VAR", message);
  }
}

/** A background task that was called as a plain method. */
export class BackgroundCallError extends MeanwhileError {
  override readonly name = "BackgroundCallError";
  constructor(stateName: string, taskName: string) {
    super(
      "BACKGROUND_CALL",
      `${stateName}.${taskName} is a background task: it can't be called directly. Start it with this.trigger(${stateName}).${taskName}(...).`,
    );
  }
}

/** `router`, `app`, `getState` and the like were used where there is no session: in an initialiser or a constructor. */
export class StateUnavailableError extends MeanwhileError {
  override readonly name = "StateUnavailableError";
  constructor(message: string) {
    super("STATE_UNAVAILABLE", message);
  }
}

/** A state that this app does not have. */
export class UnknownStateError extends MeanwhileError {
  override readonly name = "UnknownStateError";
  constructor(message: string) {
    super("UNKNOWN_STATE", message);
  }
}

/** A name that is not an event of the state. */
export class UnknownEventError extends MeanwhileError {
  override readonly name = "UnknownEventError";
  constructor(message: string) {
    super("UNKNOWN_EVENT", message);
  }
}

/** One thing that is wrong with an argument, as the Standard Schema convention has it, with a path of plain keys. */
export interface ArgumentIssue {
  readonly message: string;
  /** The first key is the argument's index, unless the event takes one object: then the path is within that object. */
  readonly path: readonly (string | number)[];
}

/** Arguments that the event's schemas refuse. */
export class InvalidArgumentsError extends MeanwhileError {
  override readonly name = "InvalidArgumentsError";
  readonly issues: readonly ArgumentIssue[];
  constructor(message: string, issues: readonly ArgumentIssue[]) {
    super("INVALID_ARGUMENTS", message);
    this.issues = issues;
  }
}

/** An event failed on the server, and its error was not made for the page; the server's log has it under `errorId`. */
export class EventFailedError extends MeanwhileError {
  override readonly name = "EventFailedError";
  readonly errorId: string;
  constructor(errorId: string) {
    super("EVENT_FAILED", `The event failed on the server (error id ${errorId}).`);
    this.errorId = errorId;
  }
}

/** An error made for the page: its message, `reason` and `data` reach the caller as they are. */
export class PublicError extends MeanwhileError {
  override readonly name = "PublicError";
  /** The application's own code for this error, if it gave one. */
  readonly reason: string | undefined;
  /** Plain data for the page. */
  readonly data: unknown;
  constructor(message: string, options: { code?: string; data?: unknown; cause?: unknown } = {}) {
    super("PUBLIC", message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = options.code;
    this.data = options.data;
  }
}

/** Why a task was cancelled. */
export type CancelReason =
  | "disconnected"
  | "left"
  | "shutdown"
  | "cancelled"
  | "expired"
  | "replaced"
  | "timeout"
  | "undone";

/** What a cancelled task's locks and sleeps reject with, and the reason of its signal. */
export class TaskCancelledError extends MeanwhileError {
  override readonly name = "TaskCancelledError";
  readonly reason: CancelReason;
  constructor(taskName: string, reason: CancelReason) {
    super("TASK_CANCELLED", `${taskName} was cancelled (${reason}).`);
    this.reason = reason;
  }
}

/** A start that the task's policy refuses, since another run of it goes on. */
export class TaskRefusedError extends MeanwhileError {
  override readonly name = "TaskRefusedError";
  /** The run that goes on. */
  readonly runId: string;
  constructor(message: string, runId: string) {
    super("TASK_REFUSED", message);
    this.runId = runId;
  }
}

/** A task's result that was asked for inside the lock of its session, which the task itself may need. */
export class ResultInLockError extends MeanwhileError {
  override readonly name = "ResultInLockError";
  constructor(taskName: string, holder: string) {
    super(
      "RESULT_IN_LOCK",
      `The result of ${taskName} was asked for while ${holder} holds the lock: the task may need that lock, and both would wait for ever. Keep the run, and await its result outside the lock, in a background task.`,
    );
  }
}

/** A wait for the lock that took longer than `lockTimeoutMs`. */
export class LockTimeoutError extends MeanwhileError {
  override readonly name = "LockTimeoutError";
  readonly waiter: string;
  readonly holder: string;
  constructor(waiter: string, holder: string, waitedMs: number) {
    super("LOCK_TIMEOUT", `${waiter} waited ${Math.round(waitedMs)} ms for the lock, which ${holder} holds.`);
    this.waiter = waiter;
    this.holder = holder;
  }
}

/** A client token that names no session. */
export class UnknownSessionError extends MeanwhileError {
  override readonly name = "UnknownSessionError";
  constructor() {
    super("UNKNOWN_SESSION", "No session has this client token: it never existed, or it has expired.");
  }
}

/** A message that breaks the protocol: of the wrong shape, too large, or of another version of it. */
export class ProtocolError extends MeanwhileError {
  override readonly name = "ProtocolError";
}

/** A call that was given up without a result since there was no connection for too long, or for good; the message says whether it may have run. */
export class ConnectionLostError extends MeanwhileError {
  override readonly name = "ConnectionLostError";
  constructor(message: string) {
    super("CONNECTION_LOST", message);
  }
}

/** A call whose session ended before its result came; the message says whether it may have run. */
export class SessionLostError extends MeanwhileError {
  override readonly name = "SessionLostError";
  constructor(message: string) {
    super("SESSION_LOST", message);
  }
}

/** A call, or a connection, beyond one of the limits that app and client have; it has not run. The `code` says which limit. */
export class LimitError extends MeanwhileError {
  override readonly name = "LimitError";
}

/** What `authorize` throws to refuse a page; the message is for the page. */
export class UnauthorizedError extends MeanwhileError {
  override readonly name = "UnauthorizedError";
  constructor(message = "You may not use this app.") {
    super("UNAUTHORIZED", message);
  }
}

/** A form with a file in it was given to an event. */
export class FileUploadError extends MeanwhileError {
  override readonly name = "FileUploadError";
  /** The form's field that holds the file. */
  readonly field: string;
  constructor(field: string) {
    super(
      "FILE_UPLOAD",
      `The form's field "${field}" holds a file, and events don't take files yet. Upload it by a request of your own and pass its address.`,
    );
    this.field = field;
  }
}

/**
 * A client that can't be made, or a function of the client used on what it can't take; the message says what to give.
 */
export class ClientSetupError extends MeanwhileError {
  override readonly name = "ClientSetupError";
  constructor(message: string) {
    super("CLIENT_SETUP", message);
  }
}

/**
 * Whether an error says that work was cancelled: a `TaskCancelledError`, or the `AbortError` that native operations
 * reject with when they were given the task's signal.
 */
export function isCancelled(error: unknown): boolean {
  if (error instanceof TaskCancelledError) return true;
  if (!(error instanceof Error)) return false;
  return (
    (error.name === "AbortError" && (error.cause === undefined || error.cause instanceof TaskCancelledError)) ||
    error.cause instanceof TaskCancelledError
  );
}
