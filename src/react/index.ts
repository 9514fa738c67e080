export type { Client, ConnectionStatus, Dropped, Page, PageEvent, Run, StateLike, StateRef } from "../client/index.ts";
export { DROPPED, formAction, stateRef, withOptions } from "../client/index.ts";
export { MeanwhileProvider, useClient } from "./client-context.ts";
export { useConnection } from "./use-connection.ts";
export type { ServerInput, ServerInputOptions } from "./use-server-input.ts";
export { useServerInput } from "./use-server-input.ts";
export { useServerState } from "./use-server-state.ts";
