import type { DeepReadonly } from "../data/deep-readonly.ts";

/**
 * What an app declares once, for types everywhere: `identity`, what its `authorize` gives.
 *
 * @example
 * ```ts
 * declare module "meanwhile" {
 *   interface Register { identity: User | undefined }
 * }
 * ```
 */
export interface Register {}

/** What `authorize` gives: as the app has declared it in `Register`, else unknown. */
export type Identity = Register extends { identity: infer I } ? I : unknown;

type ReadonlyOf<I> = unknown extends I ? unknown : DeepReadonly<I>;

/** An identity as handlers see it. */
export type KnownIdentity = ReadonlyOf<Identity>;

/** The session's connection as a handler sees it. */
export interface RouterSession {
  /** The session's secret name. Never log it. */
  readonly clientToken: string;
  /** The id of the connection that spoke last; empty before the first. */
  readonly sessionId: string;
  /** The address of the peer that spoke last; empty before the first. */
  readonly clientIp: string;
  /** Who the page is: what the app's `authorize` gave, read-only; undefined without one. Never leaves the server. */
  readonly identity: KnownIdentity;
}

/** Where the page is. */
export interface RouterPage {
  /** Such as `/orders/7`. */
  readonly path: string;
  /** The query string's values; a key that is repeated has all of its values in order. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
}

/** What is known of the session's page: immutable, replaced when the page connects or navigates. */
export interface Router {
  readonly session: RouterSession;
  /** The headers of the request that opened the connection, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly page: RouterPage;
}

/** The router of a session that no page has connected to. */
export function emptyRouter(clientToken: string): Router {
  return Object.freeze({
    session: Object.freeze({ clientToken, sessionId: "", clientIp: "", identity: undefined }),
    headers: Object.freeze({}),
    page: Object.freeze({ path: "", query: Object.freeze({}) }),
  });
}
