import { binaryFrame, RawSocket, textFrame } from "./raw-socket.ts";
import { RawPage } from "./raw-page.ts";

/** One client of a contender: sends an event, and is told of the answer. */
export interface BenchClient {
  onAnswer: () => void;
  send(): void;
  /** How often the server has counted, as far as the client can tell: for a check that the work was done. */
  counter(): number;
  close(): void;
}

/** Opens a client at a contender's port. */
export type OpenClient = (port: number) => Promise<BenchClient>;

/** Of the floor. */
export async function openFloorClient(port: number): Promise<BenchClient> {
  const message = textFrame(JSON.stringify({ add: 1 }));
  let last = "{}";
  const socket = await RawSocket.open(port, "/", (payload) => {
    last = payload.toString();
    client.onAnswer();
  });
  const client: BenchClient = {
    onAnswer: () => {},
    send: () => socket.sendFrame(message),
    counter: () => (JSON.parse(last) as { counter: number }).counter,
    close: () => socket.close(),
  };
  return client;
}

/** Of Socket.IO, over Engine.IO's bare frames. */
export async function openSocketIoClient(port: number): Promise<BenchClient> {
  const message = textFrame('42["add",1]');
  let last = "";
  let connected: (() => void) | undefined;
  const isConnected = new Promise<void>((resolve) => (connected = resolve));
  const socket = await RawSocket.open(port, "/socket.io/?EIO=4&transport=websocket", (payload, ws) => {
    const text = payload.toString();
    if (text === "2") ws.sendText("3");
    else if (text.startsWith("40")) connected?.();
    else if (text.startsWith("42")) {
      last = text.slice(2);
      client.onAnswer();
    }
  });
  const client: BenchClient = {
    onAnswer: () => {},
    send: () => socket.sendFrame(message),
    counter: () => (JSON.parse(last) as [string, number])[1],
    close: () => socket.close(),
  };
  socket.sendText("40");
  await isConnected;
  return client;
}

const JOIN_ROOM = 10;
const ROOM_DATA = 13;
const ROOM_STATE = 14;
const ROOM_STATE_PATCH = 15;

/** Of Colyseus: a room of its own. Patches are counted, not decoded. */
export async function openColyseusClient(port: number): Promise<BenchClient> {
  const request = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
  const response = await fetch(`http://127.0.0.1:${port}/matchmake/create/counter`, request);
  const seat = (await response.json()) as { sessionId: string; roomId: string; processId: string };
  // The message's name as a short string of the schema's encoding; no payload.
  const message = binaryFrame(Buffer.from([ROOM_DATA, 0xa0 | 3, ...Buffer.from("add")]));
  let answers = 0;
  let joined: (() => void) | undefined;
  const isJoined = new Promise<void>((resolve) => (joined = resolve));
  const path = `/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`;
  const socket = await RawSocket.open(port, path, (payload, ws) => {
    const [kind] = payload;
    if (kind === ROOM_STATE_PATCH) {
      answers += 1;
      client.onAnswer();
    } else if (kind === JOIN_ROOM) ws.sendBinary(Buffer.from([JOIN_ROOM]));
    else if (kind === ROOM_STATE) joined?.();
  });
  const client: BenchClient = {
    onAnswer: () => {},
    send: () => socket.sendFrame(message),
    counter: () => answers,
    close: () => socket.close(4000),
  };
  await isJoined;
  return client;
}

/** Of meanwhile: calls `add` of a state, after `fill` where it is to hold something. */
export function meanwhileClient(state: string, fill = 0): OpenClient {
  return async (port) => {
    const page = await RawPage.open(port, [state]);
    if (fill > 0) await page.call(state, "fill", [fill]);
    let answers = 0;
    const client: BenchClient = {
      onAnswer: () => {},
      send: () => page.send(state, "add"),
      counter: () => answers,
      close: () => page.close(),
    };
    page.onUpdate = (payload) => {
      // One update for each call, which has both its changes and its result.
      if (!payload.includes('"results"')) return;
      answers += 1;
      client.onAnswer();
    };
    return client;
  };
}
