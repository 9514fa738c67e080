// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render } from "@testing-library/react";
import { type ReactElement, StrictMode } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MeanwhileError } from "../../../src/client/index.ts";
import {
  ConnectionBanner,
  type ConnectionBannerProps,
  type ConnectionNotice,
  MeanwhileProvider,
  useConnectionNotice,
} from "../../../src/react/index.ts";
import { FakeClient } from "./fake-client.ts";

let client: FakeClient;
let isOnline: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  client = new FakeClient();
  isOnline = true;
  vi.spyOn(navigator, "onLine", "get").mockImplementation(() => isOnline);
});
afterEach(() => {
  cleanup();
  expect(vi.getTimerCount()).toBe(0);
  expect(client.connectionListeners.size).toBe(0);
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const connected = { status: "connected", session: "new", attempt: 0, nextRetryAt: undefined, sessionId: "s1" } as const;
const resumed = { ...connected, session: "resumed", error: undefined } as const;
const away = { status: "reconnecting", attempt: 0 } as const;

const pass = (ms: number): Promise<unknown> => act(() => vi.advanceTimersByTimeAsync(ms));
const set = (changes: Parameters<FakeClient["setConnection"]>[0]): void => act(() => client.setConnection(changes));
const network = (now: boolean): void =>
  act(() => {
    isOnline = now;
    dispatchEvent(new Event(now ? "online" : "offline"));
  });

function tree(props: ConnectionBannerProps = {}): ReactElement {
  return (
    <StrictMode>
      <MeanwhileProvider client={client}>
        <ConnectionBanner {...props} />
      </MeanwhileProvider>
    </StrictMode>
  );
}

function banner(props: ConnectionBannerProps = {}) {
  const view = render(tree(props));
  const root = view.container.querySelector("section")!;
  const text = (selector: string): string | undefined =>
    root.querySelector(selector)?.textContent?.replaceAll(/\s+/g, " ");
  return {
    ...view,
    root,
    kind: () => root.dataset["kind"],
    status: () => text("[role=status]"),
    alert: () => text("[role=alert]"),
    attempt: () => text("div[aria-hidden]"),
    button: () => root.querySelector("button"),
  };
}

test("says nothing of a loss of up to a second, and changes nothing", async () => {
  set(connected);
  const { root, container } = banner();
  const before = container.innerHTML;
  const changes: unknown[] = [];
  const observer = new MutationObserver((records) => changes.push(...records));
  observer.observe(container, { subtree: true, childList: true, attributes: true, characterData: true });
  set(away);
  await pass(999);
  set(resumed);
  await pass(10_000);
  expect(container.innerHTML).toBe(before);
  expect(changes).toEqual([]);
  expect(root.style.position).toBe("fixed");
  observer.disconnect();
});

test("says nothing of losses in a row that are each short", async () => {
  set(connected);
  const { kind } = banner();
  for (let loss = 0; loss < 5; loss += 1) {
    set(away);
    await pass(900);
    expect(kind()).toBeUndefined();
    set(resumed);
    await pass(100);
    expect(kind()).toBeUndefined();
  }
});

test("tells after a second, counts down to the next attempt, and is over at once when the connection is back", async () => {
  set(connected);
  const { kind, status, alert, attempt, button, root } = banner();
  set(away);
  set({ attempt: 1, nextRetryAt: Date.now() + 3_500 });
  await pass(999);
  expect(kind()).toBeUndefined();
  await pass(1);
  expect(kind()).toBe("reconnecting");
  expect(root.getAttribute("aria-label")).toBe("Connection");
  const told = status();
  expect(told).toBe("Connection lost. Reconnecting…");
  expect(alert()).toBeUndefined();
  expect(attempt()).toBe("Attempt 2 in 3 s");
  await pass(500);
  expect(attempt()).toBe("Attempt 2 in 2 s");
  await pass(1_000);
  expect(attempt()).toBe("Attempt 2 in 1 s");
  expect(vi.getTimerCount()).toBe(1);
  await pass(1_000);
  set({ nextRetryAt: undefined });
  expect(attempt()).toBe("Attempt 2…");
  expect(vi.getTimerCount()).toBe(0);
  // What is read out does not change with the countdown.
  expect(status()).toBe(told);
  expect(button()?.textContent).toBe("Try now");
  fireEvent.click(button()!);
  expect(client.reconnects).toBe(1);
  set(resumed);
  expect(kind()).toBe("connected");
  expect(status()).toBe("Connected again.");
  expect(attempt()).toBeUndefined();
  expect(button()).toBeNull();
  await pass(3_000);
  expect(kind()).toBeUndefined();
  expect(status()).toBe("");
  expect(root.getAttribute("aria-label")).toBeNull();
});

test("a first connection that takes long is told, one that does not is not", async () => {
  const quick = banner();
  await pass(900);
  set(connected);
  await pass(5_000);
  expect(quick.kind()).toBeUndefined();
  quick.unmount();
  set({ status: "connecting", session: undefined, sessionId: undefined });
  const slow = banner({ delayMs: 200 });
  await pass(199);
  expect(slow.kind()).toBeUndefined();
  await pass(1);
  expect(slow.kind()).toBe("connecting");
  expect(slow.status()).toBe("Connecting…");
});

test("a short loss while it says that it is back is a short loss, too", async () => {
  set(connected);
  const { kind } = banner();
  set(away);
  await pass(1_000);
  set(resumed);
  await pass(2_500);
  set(away);
  expect(kind()).toBe("connected");
  await pass(500);
  expect(kind()).toBeUndefined();
  await pass(500);
  expect(kind()).toBe("reconnecting");
});

test("says so where the network is gone", async () => {
  set(connected);
  const { kind, status, attempt, button } = banner();
  network(false);
  await pass(5_000);
  expect(kind()).toBeUndefined(); // the connection holds
  set({ ...away, nextRetryAt: Date.now() + 60_000 });
  await pass(1_000);
  expect(kind()).toBe("offline");
  expect(status()).toBe("You are offline. This page goes on when you are back.");
  expect(attempt()).toBeUndefined();
  expect(button()?.textContent).toBe("Try now");
  network(true);
  expect(kind()).toBe("reconnecting");
  expect(attempt()).toBe("Attempt 1 in 59 s");
  set(resumed);
  expect(kind()).toBe("connected");
  await pass(3_000);
});

test("what the server refuses for good is an alert, with a way on", async () => {
  const { kind, status, alert, button } = banner();
  set({ status: "closed", error: new MeanwhileError("UNAUTHORIZED", "Log in first.") });
  await pass(1_000);
  expect(kind()).toBe("closed");
  expect(status()).toBe("");
  expect(alert()).toBe("Log in first.");
  expect(button()?.textContent).toBe("Try again");
  fireEvent.click(button()!);
  expect(client.reconnects).toBe(1);
  set({ status: "connecting", error: undefined });
  expect(kind()).toBe("connecting");
  set(connected);
  expect(kind()).toBe("connected");
  await pass(3_000);
});

test("an old page can be reloaded", async () => {
  const { button } = banner();
  const reload = vi.spyOn(location, "reload").mockImplementation(() => {});
  set({ status: "closed", error: new MeanwhileError("PROTOCOL_MISMATCH", "Another version.") });
  await pass(1_000);
  expect(button()?.textContent).toBe("Reload");
  fireEvent.click(button()!);
  expect(reload).toHaveBeenCalledOnce();
  expect(client.reconnects).toBe(0);
});

test("what the server refuses for now is told with the attempts", async () => {
  const { kind, status, attempt } = banner();
  const error = new MeanwhileError("TOO_MANY_SESSIONS", "The app is full.");
  set({ status: "connecting", attempt: 3, error, nextRetryAt: Date.now() + 5_000 });
  await pass(1_000);
  expect(kind()).toBe("connecting");
  expect(status()).toBe("The app is full.");
  expect(attempt()).toBe("Attempt 4 in 4 s");
});

test("a client that the app has closed is nothing to tell", async () => {
  set(connected);
  const { kind } = banner();
  set({ status: "closed" });
  await pass(10_000);
  expect(kind()).toBeUndefined();
  set({ status: "connecting" }); // as after the back/forward cache
  await pass(999);
  expect(kind()).toBeUndefined();
  set(resumed);
  expect(kind()).toBeUndefined();
});

test.each([
  ["lost", "Your session has ended; this is a new one."],
  ["changed", "You are signed in differently now; this is a new session."],
] as const)("a session that is %s is told until it is taken as read, also after a blip", async (session, words) => {
  set(connected);
  const { kind, status, button, unmount } = banner();
  set(away);
  await pass(10);
  set({ ...connected, session, sessionId: "s2" });
  expect(kind()).toBe(session);
  expect(status()).toBe(words);
  await pass(60_000);
  set(away);
  await pass(500);
  set({ ...resumed, sessionId: "s2" });
  expect(kind()).toBe(session);
  set(away);
  await pass(1_000);
  expect(kind()).toBe("reconnecting");
  set({ ...connected, session, sessionId: "s2" });
  expect(kind()).toBe(session);
  expect(button()?.textContent).toBe("Dismiss");
  fireEvent.click(button()!);
  await pass(3_000);
  expect(kind()).toBeUndefined();
  unmount();

  const next = banner();
  expect(next.kind()).toBeUndefined();
  set(away);
  set({ ...connected, session, sessionId: "s3" });
  expect(next.kind()).toBe(session);
});

test.each(["new", "resumed", "copied"] as const)("a session that is %s is nothing to tell", async (session) => {
  const { kind } = banner();
  set({ ...connected, session });
  await pass(5_000);
  expect(kind()).toBeUndefined();
});

test("other words, and none", async () => {
  set(connected);
  const { status, attempt, button, kind } = banner({
    labels: {
      reconnecting: "Verbindung verloren.",
      attempt: (attempt, seconds) => `Versuch ${attempt}, ${seconds}`,
      retry: "Jetzt",
      connected: "",
    },
    className: "mine",
    style: { insetBlockEnd: 40 },
  });
  set({ ...away, attempt: 2, nextRetryAt: Date.now() + 2_000 });
  await pass(1_000);
  expect(status()).toBe("Verbindung verloren.");
  expect(attempt()).toBe("Versuch 3, 1");
  expect(button()?.textContent).toBe("Jetzt");
  set(resumed);
  expect(kind()).toBeUndefined();
  expect(status()).toBe("");
  await pass(3_000);
});

test("className and style are there as long as the banner is shown", async () => {
  set(connected);
  const { root } = banner({ className: "mine", style: { zIndex: 7 } });
  expect(root.className).toBe("");
  set(away);
  await pass(1_000);
  expect(root.className).toBe("mine");
  expect(root.style.zIndex).toBe("7");
  expect(root.style.position).toBe("fixed");
});

test("whoever was in its button is taken back to where they came from", async () => {
  set(connected);
  const { button } = banner();
  const field = document.body.appendChild(document.createElement("input"));
  set(away);
  await pass(1_000);
  field.focus();
  act(() => {
    button()!.dispatchEvent(new FocusEvent("focusin", { bubbles: true, relatedTarget: field }));
    button()!.focus();
  });
  expect(document.activeElement).toBe(button());
  set(resumed);
  expect(document.activeElement).toBe(field);
  field.remove();
  await pass(3_000);
});

test("moves only for those who have nothing against it", async () => {
  const animate = vi.fn<() => Animation>();
  HTMLElement.prototype.animate = animate;
  const media = vi.spyOn(globalThis, "matchMedia");
  for (const matches of [true, false]) {
    media.mockReturnValue({ matches } as MediaQueryList);
    set(connected);
    const { unmount } = banner();
    set(away);
    await pass(1_000);
    expect(animate).toHaveBeenCalledTimes(matches ? 0 : 1);
    unmount();
  }
  Reflect.deleteProperty(HTMLElement.prototype, "animate");
});

test("is not in HTML that a server makes, and hydrates without a mismatch", async () => {
  const html = renderToString(tree());
  expect(html).toBe("");
  const container = document.createElement("div");
  container.innerHTML = html;
  const errors: unknown[] = [];
  const root = await act(async () =>
    hydrateRoot(container, tree(), { onRecoverableError: (error) => errors.push(error) }),
  );
  expect(errors).toEqual([]);
  expect(container.querySelector("[role=status]")?.textContent).toBe("");
  await pass(1_000);
  expect(container.querySelector("section")?.dataset["kind"]).toBe("connecting");
  await act(async () => root.unmount());
});

test("useConnectionNotice gives the same for a banner of one's own, and renders no oftener than it changes", async () => {
  const seen: (ConnectionNotice | undefined)[] = [];
  function Own(): null {
    seen.push(useConnectionNotice({ delayMs: 300 }));
    return null;
  }
  set(connected);
  render(
    <MeanwhileProvider client={client}>
      <Own />
    </MeanwhileProvider>,
  );
  set(away);
  await pass(100);
  set({ attempt: 1, nextRetryAt: Date.now() + 1_500 });
  await pass(200);
  await pass(1_300);
  set({ nextRetryAt: undefined });
  set(resumed);
  await pass(3_000);
  expect(seen.map((notice) => notice && [notice.kind, notice.connection.attempt, notice.seconds])).toEqual([
    undefined,
    ["reconnecting", 1, 2],
    ["reconnecting", 1, 1],
    ["reconnecting", 1, undefined],
    ["reconnecting", 1, undefined],
    ["connected", 0, undefined],
    undefined,
  ]);
});
