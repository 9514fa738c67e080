import { ConnectionLostError, LimitError } from "../base/errors.ts";
import type { Encoded } from "../wire/codec.ts";
import { decodeFrozen } from "../wire/decode.ts";
import type { CallMessage, CallResult } from "../wire/messages.ts";
import type { ClientClock } from "./client.ts";
import { rebuildError } from "./rebuild-error.ts";

/** A call whose promise is not settled yet. */
interface OpenCall {
  /** Such as `MyState.increment`. */
  readonly name: string;
  /** Its message, made once: arguments are what they were when the call was made. */
  readonly text: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** How many calls may be open, and for how long without a connection. */
export interface OutboxLimits {
  readonly maxOpenCalls: number;
  readonly maxOfflineMs: number;
}

/**
 * The page's open calls, in the order they were made, from the call to its result. Those up to `#sentId` were sent, on whichever connection, and may have
 * run; those after it wait, and have not.
 */
export class Outbox {
  readonly #clock: ClientClock;
  readonly #limits: OutboxLimits;
  readonly #runOf: (task: string, id: string) => unknown;
  /** By id. */
  readonly #calls = new Map<number, OpenCall>();
  #lastId = 0;
  #sentId = 0;
  /** Runs while there is no connection: then nothing may wait any longer. */
  #timer: unknown;

  /** @param runOf gives a call of the background task `task` its run. */
  constructor(clock: ClientClock, limits: OutboxLimits, runOf: (task: string, id: string) => unknown) {
    this.#runOf = runOf;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Adds a call; `flush` sends it. Rejects at once where too many are open. */
  add(
    state: string,
    event: string,
    args: readonly Encoded[],
    resolve: OpenCall["resolve"],
    reject: OpenCall["reject"],
  ): void {
    const name = `${state}.${event}`;
    const { maxOpenCalls } = this.#limits;
    if (this.#calls.size >= maxOpenCalls) {
      reject(
        new LimitError("OUTBOX_FULL", `${name} was not sent: ${maxOpenCalls} calls are open. Wait for their results.`),
      );
      return;
    }
    const id = (this.#lastId += 1);
    const text = JSON.stringify({ type: "call", id, state, event, args } satisfies CallMessage);
    this.#calls.set(id, { name, text, resolve, reject });
  }

  /** Sends what waits; rejects what is longer than the server takes. */
  flush(send: (text: string) => void, maxBytes: number): void {
    while (this.#sentId < this.#lastId) {
      const id = (this.#sentId += 1);
      const call = this.#calls.get(id);
      if (call === undefined) continue;
      const { name, text, reject } = call;
      // No UTF-16 unit has more than three bytes.
      if (text.length * 3 <= maxBytes || new TextEncoder().encode(text).length <= maxBytes) send(text);
      else {
        this.#calls.delete(id);
        reject(
          new LimitError("MESSAGE_TOO_LARGE", `${name} was not sent: the server takes ${maxBytes} bytes at most.`),
        );
      }
    }
  }

  /** Settles the calls that have ended; results of others are nobody's any more. */
  settle(results: readonly CallResult[]): void {
    for (const result of results) {
      const call = this.#calls.get(result.id);
      if (call === undefined) continue;
      this.#calls.delete(result.id);
      try {
        if (result.ok) call.resolve("run" in result ? this.#runOf(call.name, result.run) : decodeFrozen(result.value));
        else call.reject(rebuildError(result.error));
      } catch (error) {
        call.reject(error); // not the connection's error: the server would only say the same again
      }
    }
  }

  /**
   * There is a connection to the same session: what the server has not `received` waits again, before what was made since. Where the server does not know what
   * it has received, calls that were sent reject.
   */
  resume(received: number | undefined): void {
    if (received !== undefined) this.#sentId = Math.min(this.#sentId, received);
    else {
      this.reject((fate, wasSent) =>
        wasSent ? new ConnectionLostError(`The server has forgotten what this page called: ${fate}.`) : undefined,
      );
    }
  }

  /** Rejects the open calls that `errorOf` has an error for; `fate` says which call, and whether it may have run. They are never sent again. */
  reject(errorOf: (fate: string, wasSent: boolean) => Error | undefined): void {
    for (const [id, { name, reject }] of this.#calls) {
      const wasSent = id <= this.#sentId;
      const error = errorOf(`${name} ${wasSent ? "may have run" : "has not run"}`, wasSent);
      if (error === undefined) continue;
      this.#calls.delete(id);
      reject(error);
    }
  }

  /** There is no connection: what is open, and what is added, is given up after a while. */
  startWaiting(): void {
    this.#timer ??= this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.reject((fate) => new ConnectionLostError(`There was no connection for too long: ${fate}.`));
    }, this.#limits.maxOfflineMs);
  }

  /** There is a connection, or nothing will wait for one any more. */
  stopWaiting(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
