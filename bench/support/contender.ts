import {
  type OpenClient,
  openColyseusClient,
  openFloorClient,
  openSocketIoClient,
  meanwhileClient,
} from "./clients.ts";
import { ServerProcess } from "./server-process.ts";

/** Who is compared: a server, and how a client of it behaves. */
export interface Contender {
  readonly name: string;
  readonly server: ServerProcess;
  readonly open: OpenClient;
}

const OPENERS = {
  floor: { server: "floor", open: openFloorClient },
  meanwhile: { server: "states", open: meanwhileClient("CounterState") },
  "Socket.IO": { server: "socket-io", open: openSocketIoClient },
  Colyseus: { server: "colyseus", open: openColyseusClient },
} as const;

/** The contenders of a counter's event. */
export type ContenderName = keyof typeof OPENERS;

/** Contenders that are started, in their order. */
export class Contenders implements AsyncDisposable {
  readonly all: readonly Contender[];

  private constructor(all: readonly Contender[]) {
    this.all = all;
  }

  static async start(names: readonly ContenderName[]): Promise<Contenders> {
    const all: Contender[] = [];
    for (const name of names) {
      const { server, open } = OPENERS[name];
      all.push({ name, open, server: await ServerProcess.start(server, ["--expose-gc"]) });
    }
    return new Contenders(all);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { server } of this.all) await server[Symbol.asyncDispose]();
  }
}
