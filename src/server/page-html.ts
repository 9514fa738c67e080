import { randomUUID } from "node:crypto";
import type { Session } from "../sessions/session.ts";
import type { StateTable } from "../sessions/state-table.ts";
import { DATA_BLOCK_ID, DATA_BLOCK_TYPE, type FullUpdate, type PageData } from "../wire/messages.ts";
import type { ErrorReporter } from "./error-reporter.ts";
import { fullUpdate } from "./state-feed.ts";

/** Makes the HTML's data block: the initial values of all states, at the moment of the request. */
export class PageHtml {
  readonly #path: string;
  readonly #states: () => StateTable;
  readonly #makeSession: (token: string) => Session;
  readonly #errors: ErrorReporter;

  constructor(path: string, states: () => StateTable, makeSession: (token: string) => Session, errors: ErrorReporter) {
    this.#path = path;
    this.#states = states;
    this.#makeSession = makeSession;
    this.#errors = errors;
  }

  dataBlock(): string {
    // A session of nobody: its states are made, read once and dropped.
    const session = this.#makeSession("");
    const reader = session.reader();
    const states: Record<string, FullUpdate> = {};
    for (const definition of this.#states().definitions) {
      states[definition.name] = fullUpdate(definition, reader, (_, name, error) =>
        this.#errors.report(
          error,
          { kind: "computed", name: `${definition.name}.${name}`, id: randomUUID() },
          `The computed var ${definition.name}.${name} failed on initial values`,
        ),
      );
    }
    const data: PageData = { path: this.#path, states };
    const json = JSON.stringify(data).replace(
      /[<\u2028\u2029]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    return `<script type="${DATA_BLOCK_TYPE}" id="${DATA_BLOCK_ID}">${json}</script>`;
  }

  /** Puts the block at the start of `<head>`, where it is read before any script runs. */
  inject(html: string): string {
    const block = this.dataBlock();
    const head = /<head(?:\s[^>]*)?>/i.exec(html);
    if (head === null) return block + html;
    const at = head.index + head[0].length;
    return html.slice(0, at) + block + html.slice(at);
  }
}
