export type {
  CallOptions,
  Client,
  ConnectionStatus,
  Dropped,
  FormIssues,
  FormOutcome,
  Page,
  PageEvent,
  Progress,
  Run,
  RunStatus,
  RunView,
  SessionKind,
  StateLike,
  StateRef,
} from "../client/index.ts";
export { DROPPED, formAction, stateRef, withOptions } from "../client/index.ts";
export { MeanwhileProvider, useClient } from "./client-context.ts";
export type { ConnectionBannerLabels, ConnectionBannerProps } from "./connection-banner.tsx";
export { ConnectionBanner } from "./connection-banner.tsx";
export type { ConnectionNotice } from "./notice-source.ts";
export { useConnection } from "./use-connection.ts";
export type { ConnectionNoticeOptions } from "./use-connection-notice.ts";
export { useConnectionNotice } from "./use-connection-notice.ts";
export type { ServerInput, ServerInputOptions } from "./use-server-input.ts";
export { useServerInput } from "./use-server-input.ts";
export { useRuns } from "./use-runs.ts";
export { useServerState } from "./use-server-state.ts";
