import { ClientSetupError } from "../base/errors.ts";
import type { ClientSocket } from "./client.ts";

/** A class of sockets that a client can use. */
export type SocketClass = new (url: string) => ClientSocket;

/** The global `WebSocket`. */
export function globalSocketClass(): SocketClass {
  const { WebSocket } = globalThis as { WebSocket?: SocketClass };
  if (WebSocket !== undefined) return WebSocket;
  throw new ClientSetupError(
    'There is no global WebSocket here (Node has it from 22 on). Give one: import { WebSocket } from "ws"; connect({ url, webSocket: WebSocket }).',
  );
}
