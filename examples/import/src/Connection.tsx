import { useConnection } from "meanwhile/react";

const WORDS = {
  connecting: "Connecting",
  connected: "Connected",
  reconnecting: "Reconnecting",
  closed: "Disconnected",
} as const;

/** Says whether the page is connected to its server. */
export function Connection() {
  const { status } = useConnection();
  return (
    <p className="connection" role="status" data-status={status}>
      {WORDS[status]}
    </p>
  );
}
