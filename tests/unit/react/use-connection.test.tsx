// @vitest-environment happy-dom
import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactElement, ReactNode } from "react";
import { afterEach, expect, test } from "vitest";
import { MeanwhileError } from "../../../src/client/index.ts";
import { MeanwhileProvider, useClient, useConnection } from "../../../src/react/index.ts";
import { FakeClient } from "./fake-client.ts";

afterEach(cleanup);

test("gives how the connection stands, and renders when that changes", () => {
  const client = new FakeClient();
  const wrapper = ({ children }: { children: ReactNode }): ReactElement => (
    <MeanwhileProvider client={client}>{children}</MeanwhileProvider>
  );
  let renders = 0;
  const { result, rerender, unmount } = renderHook(
    () => {
      renders += 1;
      return { connection: useConnection(), client: useClient() };
    },
    { wrapper, reactStrictMode: false },
  );
  expect(result.current.client).toBe(client);
  expect(result.current.connection.status).toBe("connecting");
  act(() => client.setConnection({ status: "connected" }));
  expect(result.current.connection).toBe(client.connection);
  expect(renders).toBe(2);
  const error = new MeanwhileError("TOO_MANY_SESSIONS", "Full.");
  const lost = { status: "reconnecting", attempt: 3, nextRetryAt: 1_000, session: "resumed", error } as const;
  act(() => client.setConnection(lost));
  expect(result.current.connection).toMatchObject(lost);
  rerender();
  expect(client.connectionListeners.size).toBe(1);
  unmount();
  expect(client.connectionListeners.size).toBe(0);
});
