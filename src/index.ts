export { State } from "./state/state.ts";
export { plain } from "./state/plain.ts";
export type { Background, ProgressReport, QueuedEvent, Run, RunOf, TaskHandle, Triggers } from "./state/background.ts";
export type { AppHandle, BackgroundTask, TaskLock } from "./state/app-handle.ts";
export type { PolicyScope, RetryOptions, TaskPolicy } from "./state/task-options.ts";
export type { Progress, RunStatus } from "./base/run.ts";
export type { Identity, Register, Router, RouterPage, RouterSession } from "./state/router.ts";
export type { DeepReadonly, View } from "./data/deep-readonly.ts";
export { event } from "./events/event.ts";
export type { EventOptions } from "./events/event-options.ts";
export {
  BackgroundCallError,
  ComputedVarError,
  DuplicateStateError,
  ERROR_CODES,
  ImmutableStateError,
  InvalidArgumentsError,
  isCancelled,
  LockTimeoutError,
  MeanwhileError,
  PublicError,
  ResultInLockError,
  StateDefinitionError,
  StateSerializationError,
  StateUnavailableError,
  TaskCancelledError,
  TaskRefusedError,
  UnauthorizedError,
  UndeclaredVarError,
  UnknownEventError,
  UnknownSessionError,
  UnknownStateError,
} from "./base/errors.ts";
export type { ArgumentIssue, CancelReason, ErrorCode } from "./base/errors.ts";
