/** A fenced block of code in a page. */
export interface CodeBlock {
  /** What stands behind the opening fence, such as `ts`, `tsx` or `ts no-check`. */
  readonly info: string;
  readonly code: string;
  /** The line of the opening fence, from 1. */
  readonly line: number;
}

/** A link of a page to a file beside it, or to a heading. */
export interface RelativeLink {
  /** As it is written, without the anchor; empty for a heading of the same page. */
  readonly path: string;
  /** Without its `#`; empty where there is none. */
  readonly anchor: string;
  readonly line: number;
}

/** What the tests know of one page of the documentation. */
export interface MarkdownPage {
  readonly blocks: readonly CodeBlock[];
  readonly headings: readonly string[];
  readonly links: readonly RelativeLink[];
}

const LINK = /\]\(([^)\s]+)\)/g;

/** Reads a page: fenced blocks, ATX headings and inline links, which are all that our pages use. */
export function readMarkdown(text: string): MarkdownPage {
  const blocks: CodeBlock[] = [];
  const headings: string[] = [];
  const links: RelativeLink[] = [];
  let open: { info: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^```(.*)$/.exec(line)?.[1]?.trim();
    if (open !== undefined) {
      if (fence !== "") open.lines.push(line);
      else {
        blocks.push({ info: open.info, code: `${open.lines.join("\n")}\n`, line: open.line });
        open = undefined;
      }
      continue;
    }
    if (fence !== undefined) {
      open = { info: fence, line: index + 1, lines: [] };
      continue;
    }
    const heading = /^#{1,6} (.+)$/.exec(line)?.[1];
    if (heading !== undefined) headings.push(heading.trim());
    for (const [, target] of line.replaceAll(/`[^`]*`/g, "").matchAll(LINK)) {
      if (target === undefined || /^[a-z]+:/.test(target)) continue;
      const [path = "", anchor = ""] = target.split("#");
      links.push({ path, anchor, line: index + 1 });
    }
  }
  if (open !== undefined) throw new SyntaxError(`The block of line ${open.line} has no end.`);
  return { blocks, headings, links };
}

/** The anchor that GitHub gives to a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
}
