import { diff } from "../delta/diff.ts";
import type { Session } from "../sessions/session.ts";
import type { RunList } from "../tasks/run-list.ts";
import { encodeNode, encodePatch } from "../wire/encode-node.ts";
import type { FullUpdate, PatchUpdate } from "../wire/messages.ts";
import type { Feed, FeedMark } from "./state-feed.ts";

/** What a page gets first of a task's runs: a state of its own, with one var. */
export function fullRuns(list: RunList): FullUpdate {
  return { full: { runs: encodeNode(list.value) }, events: ["cancel"] };
}

/** The feed of a task's runs. Nothing of them is told while nobody watches. */
export class RunFeed implements Feed {
  readonly #list: RunList;
  mark: FeedMark;

  /** @param mark what the page has already; else it is sent `fullRuns` now. */
  constructor(list: RunList, mark: FeedMark = markOf(list)) {
    this.#list = list;
    this.mark = mark;
    list.watch();
  }

  /** Whether there is something new. Then it needs a version of the session for itself: what a page holds is told by its version. */
  static refresh(session: Session, feeds: Iterable<Feed>): void {
    for (const feed of feeds) {
      if (!(feed instanceof RunFeed) || feed.mark.values[0] === feed.#list.value) continue;
      session.nextVersion();
      return;
    }
  }

  next(): PatchUpdate | undefined {
    const [before] = this.mark.values;
    const after = this.#list.value;
    if (before === after) return undefined;
    this.mark = markOf(this.#list);
    const change = diff(before, after);
    return change === undefined ? undefined : { patch: { runs: encodePatch(change) } };
  }

  end(): void {
    this.#list.unwatch();
  }
}

function markOf(list: RunList): FeedMark {
  return { source: list, values: [list.value], computed: [] };
}
