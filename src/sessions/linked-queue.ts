/** An entry of a linked queue; its links belong to the queue. */
export interface Linked<T> {
  previous: T | undefined;
  next: T | undefined;
}

/** A FIFO queue from whose middle an entry is taken in constant time. Links of what is taken out are cleared: old entries hold nothing alive. */
export class LinkedQueue<T extends Linked<T>> {
  length = 0;
  #first: T | undefined;
  #last: T | undefined;

  get first(): T | undefined {
    return this.#first;
  }

  push(entry: T): void {
    entry.previous = this.#last;
    if (this.#last === undefined) this.#first = entry;
    else this.#last.next = entry;
    this.#last = entry;
    this.length += 1;
  }

  shift(): T | undefined {
    const entry = this.#first;
    if (entry !== undefined) this.remove(entry);
    return entry;
  }

  /** `entry` must be in this queue. */
  remove(entry: T): void {
    if (entry.previous === undefined) this.#first = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === undefined) this.#last = entry.previous;
    else entry.next.previous = entry.previous;
    entry.previous = entry.next = undefined;
    this.length -= 1;
  }
}
