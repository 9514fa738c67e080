import { createContext, createElement, type ReactElement, type ReactNode, use } from "react";
import { type Client, connect } from "../client/index.ts";

const ClientContext = createContext<Client | undefined>(undefined);

/** The client of components outside any provider; made when it is first needed. */
let pageClient: Client | undefined;

/** Gives the components within it a client of one's own making, in place of the page's `connect()`. */
export function MeanwhileProvider({ client, children }: { client: Client; children?: ReactNode }): ReactElement {
  return createElement(ClientContext, { value: client }, children);
}

/** The client that the hooks here use: the nearest provider's, else one for the whole page, connected with no options when it is first asked for. */
export function useClient(): Client {
  return use(ClientContext) ?? (pageClient ??= connect());
}
