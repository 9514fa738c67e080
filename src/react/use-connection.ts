import { useCallback, useSyncExternalStore } from "react";
import type { ConnectionStatus } from "../client/index.ts";
import { useClient } from "./client-context.ts";

/** How the page's connection stands; renders again whenever that changes. */
export function useConnection(): ConnectionStatus {
  const client = useClient();
  const subscribe = useCallback((listener: () => void) => client.onConnection(listener), [client]);
  const current = (): ConnectionStatus => client.connection;
  return useSyncExternalStore(subscribe, current, current);
}
