import type { FullUpdate, PageData, UpdateMessage } from "../wire/messages.ts";
import { encodeValues, recallValues, rememberValues } from "./remembered-values.ts";
import { decodeFull, Replica, type ReplicaHost } from "./replica.ts";
import type { TabStorage } from "./tab-storage.ts";

/** All replicas of a client: what they show first, what updates make of them, what the tab's next document is given. */
export class Replicas {
  /** Whether the session can only have initial values: it is to be new, or is new and no event was called. */
  isUntouched = false;

  readonly #host: ReplicaHost;
  /** What the HTML's data block said. */
  readonly #html: PageData | undefined;
  readonly #storage: TabStorage;
  readonly #isRemembered: boolean;
  readonly #byName = new Map<string, Replica<unknown>>();
  /** Values that the tab's document before has kept, and that no replica has taken yet. */
  readonly #recalled = new Map<string, FullUpdate>();
  /** Of the last update of this session that was applied; 0 for none, and after one that could not be. */
  #version = 0;

  constructor(host: ReplicaHost, html: PageData | undefined, storage: TabStorage, isRemembered: boolean) {
    this.#host = host;
    this.#html = html;
    this.#storage = storage;
    this.#isRemembered = isRemembered;
  }

  [Symbol.iterator](): Iterator<Replica<unknown>> {
    return this.#byName.values();
  }

  named(name: string): Replica<unknown> {
    let replica = this.#byName.get(name);
    if (replica === undefined) {
      const states = this.#html?.states ?? {};
      replica = new Replica<unknown>(name, Object.hasOwn(states, name) ? states[name] : undefined, this.#host);
      this.#byName.set(name, replica);
      this.#seed(replica);
    }
    return replica;
  }

  /** Shows what is known before the first update. */
  recall(hasSession: boolean): void {
    this.isUntouched = !hasSession;
    const recalled = Object.entries(recallValues(this.#storage));
    if (hasSession && this.#isRemembered) for (const [name, update] of recalled) this.#recalled.set(name, update);
    for (const replica of this) if (this.#seed(replica)) replica.notify();
  }

  /** Keeps the last known values for the tab's next document. */
  remember(): void {
    if (!this.#isRemembered) return;
    for (const { name, values, events, isKnown } of this) {
      if (isKnown && values !== undefined) this.#recalled.set(name, encodeValues(values, events));
    }
    rememberValues(this.#storage, this.#recalled);
  }

  /** Those of `states` whose values the page holds as of `version`; all others fall out of step. */
  offer(states: readonly string[]): { held: string[]; version: number } {
    const wanted = new Set(states);
    const held: string[] = [];
    for (const replica of this) {
      const isWanted = wanted.has(replica.name);
      if (this.#version === 0 || !isWanted) replica.fallOutOfStep();
      if (replica.offer()) held.push(replica.name);
      else if (isWanted) replica.await();
    }
    return { held, version: held.length > 0 ? this.#version : 0 };
  }

  /** All or nothing: what can't be applied throws before anything is shown. */
  apply({ version, states = {} }: UpdateMessage): void {
    const changes = Object.entries(states).flatMap(([name, update]) => {
      const replica = this.#byName.get(name);
      return replica === undefined ? [] : [{ replica, next: replica.next(update), isFull: "full" in update }];
    });
    const changed = changes.filter(({ replica, next, isFull }) => {
      if (isFull) replica.join();
      // That they are the same is news, too, to who waits for the newest.
      return replica.hold(next, "server") || isFull;
    });
    this.#version = version;
    for (const { replica } of changed) replica.notify();
  }

  /** What the page holds may be out of step: nothing is offered until the next update. */
  distrust(): void {
    this.#version = 0;
  }

  /** The session is another one: nothing of the one before may be shown again, now or after a reload. */
  leaveSession(): void {
    this.isUntouched = false;
    this.#version = 0;
    this.#recalled.clear();
    for (const replica of this) replica.leaveSession();
  }

  /** Gives a replica without values the best that there is. */
  #seed(replica: Replica<unknown>): boolean {
    const { name, initial, events, values } = replica;
    const recalled = this.#recalled.get(name);
    if (values !== undefined) return false;
    if (recalled !== undefined) {
      this.#recalled.delete(name);
      return replica.hold(decodeFull(recalled), "tab");
    }
    return this.isUntouched && initial !== undefined && replica.hold({ values: initial, events }, "html");
  }
}
