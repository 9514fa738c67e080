import type { StateReplica } from "../client/index.ts";
import { PageView } from "./page-view.ts";

/**
 * What `useSyncExternalStore` needs of one state for one component: its snapshots are views, and a view stays the snapshot until something that was read from it
 * changes. Renders that never commit share the source with those that do: at worst, what they read costs the component one render more.
 */
export class PageSource {
  readonly #replica: StateReplica;
  /** The view that the last render (also one that did not commit) was given; undefined before the first render with values. */
  #view: PageView | undefined;

  constructor(replica: StateReplica) {
    this.#replica = replica;
  }

  /** Whether there is nothing to show yet. Once there was something, there is for ever. */
  isEmpty(): boolean {
    return this.#view === undefined && this.#replica.values === undefined;
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#replica.subscribe(listener);

  /** The view of the newest values: the same one while nothing that was read from it has changed. */
  readonly current = (): PageView => {
    const newest = this.#replica.values;
    if (this.#view === undefined || (newest !== undefined && !this.#view.isCurrent(newest))) {
      this.#view = new PageView(this.#replica, newest ?? {});
    }
    return this.#view;
  };

  /** The view that hydration renders, of what the HTML was made with. */
  readonly initial = (): PageView => {
    const { initial } = this.#replica;
    return initial === undefined ? this.current() : (this.#view ??= new PageView(this.#replica, initial));
  };
}
