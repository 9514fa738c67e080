import { ConnectionLostError } from "../base/errors.ts";
import type { Encoded } from "../wire/codec.ts";
import { decodeFrozen } from "../wire/decode.ts";
import type { CallMessage, CallResult } from "../wire/messages.ts";
import { rebuildError } from "./rebuild-error.ts";

/** A call whose promise is not settled yet. */
interface OpenCall {
  readonly message: CallMessage;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The page's calls, in the order they were made, from the call to its result: first waiting for a connection, then sent. */
export class Outbox {
  readonly #maxWaiting: number;
  readonly #sent = new Map<number, OpenCall>();
  #waiting: OpenCall[] = [];
  #lastId = 0;

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /** Adds a call; `flush` sends it. Rejects at once where too many wait already. */
  add(
    state: string,
    event: string,
    args: readonly Encoded[],
    resolve: OpenCall["resolve"],
    reject: OpenCall["reject"],
  ): void {
    if (this.#waiting.length >= this.#maxWaiting) {
      reject(
        new ConnectionLostError(
          `${state}.${event} was not sent: ${this.#maxWaiting} calls wait for a connection already.`,
        ),
      );
      return;
    }
    this.#lastId += 1;
    this.#waiting.push({ message: { type: "call", id: this.#lastId, state, event, args }, resolve, reject });
  }

  /** Sends what waits. */
  flush(send: (message: CallMessage) => void): void {
    const calls = this.#waiting;
    this.#waiting = [];
    for (const call of calls) {
      this.#sent.set(call.message.id, call);
      send(call.message);
    }
  }

  /** Settles the calls that have ended. */
  settle(results: readonly CallResult[]): void {
    for (const result of results) {
      const call = this.#sent.get(result.id);
      if (call === undefined) continue;
      this.#sent.delete(result.id);
      if (result.ok) call.resolve(decodeFrozen(result.value));
      else call.reject(rebuildError(result.error));
    }
  }

  /** Rejects the calls that were sent and have no result. */
  rejectSent(): void {
    for (const { message, reject } of this.#sent.values()) {
      reject(
        new ConnectionLostError(
          `The connection was lost before ${message.state}.${message.event} had its result; it may have run.`,
        ),
      );
    }
    this.#sent.clear();
  }

  /** Rejects the calls that were not sent yet. */
  rejectWaiting(makeError: (eventName: string) => Error): void {
    const calls = this.#waiting;
    this.#waiting = [];
    for (const { message, reject } of calls) reject(makeError(`${message.state}.${message.event}`));
  }
}
