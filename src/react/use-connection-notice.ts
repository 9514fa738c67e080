import { useMemo, useSyncExternalStore } from "react";
import { useClient } from "./client-context.ts";
import { type ConnectionNotice, NoticeSource } from "./notice-source.ts";

/** How `useConnectionNotice` tells. */
export interface ConnectionNoticeOptions {
  /** How long the connection has to be away before anything is told, in milliseconds. Default: 1000. */
  readonly delayMs?: number;
}

/**
 * What `ConnectionBanner` shows, when, for a banner of one's own: undefined while there is nothing to tell, which is always so in HTML made on a server.
 * Renders again when that changes: each second while an attempt is waited for, not at all while the connection is lost for less than `delayMs`.
 */
export function useConnectionNotice({ delayMs = 1000 }: ConnectionNoticeOptions = {}): ConnectionNotice | undefined {
  const client = useClient();
  const source = useMemo(() => new NoticeSource(client, delayMs), [client, delayMs]);
  return useSyncExternalStore(source.subscribe, source.current, nothing);
}

function nothing(): undefined {}
