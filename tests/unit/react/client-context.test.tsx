// @vitest-environment happy-dom
import { cleanup, renderHook } from "@testing-library/react";
import type { ReactElement, ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { MeanwhileProvider, useClient } from "../../../src/react/index.ts";
import { FakeClient } from "./fake-client.ts";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("the nearest provider's client is used; outside any, one that connects when it is first asked for", () => {
  const opened: string[] = [];
  vi.stubGlobal(
    "WebSocket",
    class {
      constructor(url: string) {
        opened.push(url);
      }
      send(): void {}
      close(): void {}
    },
  );
  const outer = new FakeClient();
  const inner = new FakeClient();
  const wrapper = ({ children }: { children: ReactNode }): ReactElement => (
    <MeanwhileProvider client={outer}>
      <MeanwhileProvider client={inner}>{children}</MeanwhileProvider>
    </MeanwhileProvider>
  );
  expect(renderHook(useClient, { wrapper }).result.current).toBe(inner);
  expect(opened).toEqual([]);

  const { current: client } = renderHook(useClient).result;
  expect(renderHook(useClient).result.current).toBe(client);
  expect(opened).toHaveLength(1);
  client.close();
});
