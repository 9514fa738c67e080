export { App, type Address } from "./app.ts";
export type { AppOptions, ErrorInfo, ExpiringSession, PageRequest } from "./app-options.ts";
export type { Clock, Timer } from "../base/clock.ts";
export type { Logger } from "./logger.ts";
export type { PeerRequest, PeerSocket } from "./peer.ts";
export type { Peer } from "./peer-hub.ts";
export type { BackgroundTask } from "../state/app-handle.ts";
export { LockTimeoutError, UnauthorizedError, UnknownSessionError } from "../base/errors.ts";
