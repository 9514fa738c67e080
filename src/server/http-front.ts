import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join, resolve } from "node:path";
import sirv from "sirv";

/** What the front needs. */
export interface HttpFrontParts {
  readonly path: string;
  readonly clientDir: string | undefined;
  injectHtml(html: string): string;
  isClosing(): boolean;
  /** The page could not be made. */
  onError(error: unknown): void;
}

type Files = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Answers plain HTTP: the health endpoint, the built page's files, and its HTML with the states' initial values. */
export class HttpFront {
  readonly #parts: HttpFrontParts;
  /** Made once the folder is there: a development server may start before the first build. */
  #files: Files | undefined;

  constructor(parts: HttpFrontParts) {
    this.#parts = parts;
  }

  /** `next` takes what is not ours; without it that is a 404. */
  handle(request: IncomingMessage, response: ServerResponse, next: () => void = () => notFound(response)): void {
    const pathname = pathOf(request);
    if (pathname === `${this.#parts.path}/health`) return this.#health(response);
    const { clientDir } = this.#parts;
    if (clientDir === undefined || (request.method !== "GET" && request.method !== "HEAD")) return next();
    if (isPage(request, pathname)) return void this.#page(clientDir, request, response, next);
    if (this.#files === undefined && existsSync(clientDir)) this.#files = serveFiles(clientDir);
    if (this.#files === undefined) return next();
    this.#files(request, response, next);
  }

  #health(response: ServerResponse): void {
    const isClosing = this.#parts.isClosing();
    response.writeHead(isClosing ? 503 : 200, { "Content-Type": "application/json", "Cache-Control": "no-store" });
    response.end(JSON.stringify({ status: isClosing ? "closing" : "ok" }));
  }

  /** Any path that asks for HTML gets the page: routes are the page's own business. */
  async #page(clientDir: string, request: IncomingMessage, response: ServerResponse, next: () => void): Promise<void> {
    let html: string;
    try {
      html = this.#parts.injectHtml(await readFile(join(resolve(clientDir), "index.html"), "utf8"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return next();
      this.#parts.onError(error);
      response.writeHead(500, { "Content-Type": "text/plain" });
      response.end("The page could not be made; the server's log says why.");
      return;
    }
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" });
    response.end(request.method === "HEAD" ? undefined : html);
  }
}

function serveFiles(clientDir: string): Files {
  return sirv(resolve(clientDir), {
    etag: true,
    extensions: [],
    // Vite names what it builds by content; everything else is asked for anew.
    setHeaders: (response, pathname) =>
      response.setHeader(
        "Cache-Control",
        pathname.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
      ),
  });
}

function pathOf(request: IncomingMessage): string {
  const url = request.url ?? "/";
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}

function isPage(request: IncomingMessage, pathname: string): boolean {
  if (pathname === "/" || pathname === "/index.html") return true;
  const lastSegment = pathname.slice(pathname.lastIndexOf("/") + 1);
  return !lastSegment.includes(".") && (request.headers.accept ?? "").includes("text/html");
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { "Content-Type": "text/plain" });
  response.end("Not found");
}
