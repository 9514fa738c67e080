export { connect } from "./connect.ts";
export { DROPPED, type Dropped } from "./dropped.ts";
export { runsOf, withOptions } from "./event-function.ts";
export { runViews } from "./runs.ts";
export { formAction, type FormIssues, type FormOutcome } from "./form-action.ts";
export type {
  BackoffOptions,
  CallOptions,
  Client,
  ClientClock,
  ClientSocket,
  ConnectionStatus,
  ConnectOptions,
  ErrorInfo,
  EventFunction,
  PageLocation,
  SessionInfo,
  SessionKind,
  StateReplica,
  TokenStorage,
  Values,
} from "./client.ts";
export {
  ConnectionLostError,
  EventFailedError,
  FileUploadError,
  InvalidArgumentsError,
  LimitError,
  MeanwhileError,
  PublicError,
  SessionLostError,
  TaskCancelledError,
  TaskRefusedError,
  UnauthorizedError,
  UnknownEventError,
  UnknownStateError,
  type ArgumentIssue,
  type CancelReason,
  type ErrorCode,
} from "../base/errors.ts";
export { stateRef, type StateLike, type StateRef } from "../wire/state-ref.ts";
export type { Progress, RunStatus } from "../base/run.ts";
export type { Page, PageArgs, PageEvent, Run, RunView } from "../wire/page.ts";
