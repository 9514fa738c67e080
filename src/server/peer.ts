/** One connected page, whatever carries its messages. */
export interface PeerSocket {
  /** Sends one text message; `sent` is called when it has left this process. */
  send(text: string, sent: () => void): void;
  /** How many bytes wait to be sent. */
  readonly bufferedBytes: number;
  close(code: number, reason: string): void;
  /** Cuts the line without a word. */
  terminate(): void;
  /** Asks the other side for a sign of life: resolves true for one, false when none came within `withinMs` or the socket is closed. */
  isAlive(withinMs: number): Promise<boolean>;
}

/** What is known of the request that opened a connection. */
export interface PeerRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly clientIp: string;
  /** Path and query as they were asked for. Default: the app's path. */
  readonly url?: string;
}
