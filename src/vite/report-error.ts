import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ErrorPayload, ViteDevServer } from "vite";
import { codeFrame, type Place } from "./source-error.ts";

/** What Vite's overlay shows of an error. */
export type OverlayError = ErrorPayload["err"];

type ErrorLike = Partial<Pick<OverlayError, "id" | "frame" | "plugin" | "pluginCode">> & {
  message?: string;
  stack?: string;
  loc?: OverlayError["loc"];
};

/** An error as the overlay shows it: with the place in the project that it comes from, where its stack tells one. */
export function toOverlayError(error: unknown, root: string): OverlayError {
  const { message = String(error), stack = "", loc, id, frame, plugin, pluginCode } = (error ?? {}) as ErrorLike;
  const place = loc ?? placeInStack(stack, root);
  const overlay: OverlayError = { message: message.trim(), stack: projectStack(stack), plugin: plugin ?? "meanwhile" };
  if (pluginCode !== undefined) overlay.pluginCode = pluginCode;
  if (place === undefined) return overlay;
  const file = place.file ?? id;
  overlay.loc = place;
  if (file !== undefined) overlay.id = file;
  const shown = frame ?? frameOf(file, place);
  if (shown !== undefined) overlay.frame = shown;
  return overlay;
}

/** Shows an error in the terminal and, at once, on every page that is open. */
export function reportError(error: OverlayError, server: ViteDevServer, heading: string): void {
  const { loc, frame, message, stack } = error;
  const where = loc === undefined ? "" : `\n  ${loc.file ?? error.id ?? ""}:${loc.line}:${loc.column + 1}`;
  const text = [`[meanwhile] ${heading}`, `${message}${where}`, frame ?? stack]
    .filter((part) => part !== "")
    .join("\n");
  server.config.logger.error(text, { timestamp: true });
  server.environments.client.hot.send({ type: "error", err: error });
}

/** The script that shows an error on a page which was opened after it happened. */
export function overlayScript(error: OverlayError, base: string): string {
  const json = JSON.stringify(error).replaceAll("<", "\\u003c");
  return `<script type="module">import { ErrorOverlay } from ${JSON.stringify(`${base}@vite/client`)}; document.body.append(new ErrorOverlay(${json}));</script>`;
}

/** Only the lines that people of the project can do something about. */
function projectStack(stack: string): string {
  const lines = stack.split("\n");
  const frames = lines.filter(
    (line) => /^\s+at /.test(line) && !/node_modules|node:|\/@vite\/|virtual:meanwhile/.test(line),
  );
  return frames.join("\n");
}

const FRAME = /\(?((?:file:\/\/)?\/[^\s()]+?|[A-Za-z]:[^\s()]+?):(\d+):(\d+)\)?$/;

function placeInStack(stack: string, root: string): Place | undefined {
  for (const line of projectStack(stack).split("\n")) {
    const [, path, row, column] = FRAME.exec(line.trim()) ?? [];
    if (path === undefined) continue;
    const file = path.startsWith("file:") ? fileURLToPath(path) : path;
    if (file.startsWith(`${root}/`)) return { file, line: Number(row), column: Number(column) - 1 };
  }
  return undefined;
}

function frameOf(file: string | undefined, place: { line: number; column: number }): string | undefined {
  if (file === undefined) return undefined;
  try {
    return codeFrame(readFileSync(file, "utf8"), place);
  } catch {
    return undefined;
  }
}
