import {
  type CSSProperties,
  type FocusEvent,
  type ReactElement,
  useCallback,
  useLayoutEffect,
  useRef,
  useSyncExternalStore,
} from "react";
import type { MeanwhileError } from "../client/index.ts";
import type { ConnectionNotice } from "./notice-source.ts";
import { type ConnectionNoticeOptions, useConnectionNotice } from "./use-connection-notice.ts";

/** The words of a `ConnectionBanner`. An empty text shows nothing. */
export interface ConnectionBannerLabels {
  /** The banner's name among the landmarks of the page. */
  readonly region: string;
  readonly connecting: string;
  readonly reconnecting: string;
  readonly offline: string;
  readonly connected: string;
  /** For a fresh session, in place of one that has ended on the server. */
  readonly lost: string;
  /** For a fresh session, since the page is now somebody else's. */
  readonly changed: string;
  /** What the server has refused the page with, for good or for now. */
  readonly refused: (error: MeanwhileError) => string;
  /** The attempt that is running, or comes in so many seconds; `attempt` counts from 1. */
  readonly attempt: (attempt: number, seconds: number | undefined) => string;
  /** The buttons: while an attempt is to come, after a refusal, where the page is of another version than the server, and for a fresh session. */
  readonly retry: string;
  readonly again: string;
  readonly reload: string;
  readonly dismiss: string;
}

/** How a `ConnectionBanner` looks and speaks. */
export interface ConnectionBannerProps extends ConnectionNoticeOptions {
  /** Other words than the English ones, all or some. */
  readonly labels?: Partial<ConnectionBannerLabels>;
  readonly className?: string;
  /** Wins over the banner's own style. */
  readonly style?: CSSProperties;
}

const LABELS: ConnectionBannerLabels = {
  region: "Connection",
  connecting: "Connecting…",
  reconnecting: "Connection lost. Reconnecting…",
  offline: "You are offline. This page goes on when you are back.",
  connected: "Connected again.",
  lost: "Your session has ended; this is a new one.",
  changed: "You are signed in differently now; this is a new session.",
  refused: ({ message }) => message,
  attempt: (attempt, seconds) => (seconds === undefined ? `Attempt ${attempt}…` : `Attempt ${attempt} in ${seconds} s`),
  retry: "Try now",
  again: "Try again",
  reload: "Reload",
  dismiss: "Dismiss",
};

/** The dot of each kind, at 3:1 or better on white and on black. */
const ACCENTS: Partial<Record<ConnectionNotice["kind"], string>> = { closed: "#e5484d", connected: "#2c9a5b" };

// System colours follow the page's `color-scheme` and forced colours by themselves. Inline, since a page's security policy may refuse style sheets that are made at run time.
const CARD: CSSProperties = {
  position: "fixed",
  zIndex: "var(--meanwhile-banner-z-index, 1000)",
  insetInline: 0,
  insetBlockEnd: "max(var(--meanwhile-banner-inset, 1rem), env(safe-area-inset-bottom))",
  boxSizing: "border-box",
  inlineSize: "min(100% - 2rem, var(--meanwhile-banner-width, 28rem))",
  marginInline: "auto",
  display: "flex",
  alignItems: "center",
  gap: "0.75rem",
  minBlockSize: "3.75rem",
  padding: "0.5rem 0.625rem 0.5rem 1rem",
  background: "var(--meanwhile-banner-background, Canvas)",
  color: "var(--meanwhile-banner-color, CanvasText)",
  border: "1px solid var(--meanwhile-banner-border, #8886)",
  borderRadius: "var(--meanwhile-banner-radius, 0.875rem)",
  boxShadow: "var(--meanwhile-banner-shadow, 0 0.5rem 2rem -0.5rem #0006)",
  font: "var(--meanwhile-banner-font, 0.9375rem / 1.35 system-ui, sans-serif)",
  textWrap: "balance",
};

const DOT: CSSProperties = { flex: "none", inlineSize: "0.625rem", blockSize: "0.625rem", borderRadius: "50%" };

const DETAIL: CSSProperties = { opacity: 0.75, fontSize: "0.875em", fontVariantNumeric: "tabular-nums" };

const BUTTON: CSSProperties = {
  flex: "none",
  minBlockSize: "2.5rem",
  marginInlineStart: "auto",
  paddingInline: "0.875rem",
  background: "none",
  color: "inherit",
  border: "1px solid #888",
  borderRadius: "calc(var(--meanwhile-banner-radius, 0.875rem) - 0.25rem)",
  font: "inherit",
  fontWeight: 600,
  cursor: "pointer",
};

/**
 * Tells, over the page's lower edge, when the connection is lost for more than a moment, when it is back, and when the page has a fresh session. What is on the page stays there,
 * and does not move.
 */
export function ConnectionBanner({ labels, className, style, ...options }: ConnectionBannerProps): ReactElement | null {
  const isInPage = useSyncExternalStore(neverChanges, isTrue, isFalse);
  const notice = useConnectionNotice(options);
  const words = { ...LABELS, ...labels };
  const text = notice === undefined ? "" : textOf(notice, words);
  const isShown = text !== "";
  const root = useRef<HTMLElement>(null);
  /** Where the person was before they came here: where they are taken back to. */
  const origin = useRef<HTMLElement>(null);
  const followFocus = useCallback(
    (button: HTMLElement | null) => () => {
      if (button === document.activeElement) origin.current?.focus({ preventScroll: true });
    },
    [],
  );
  useLayoutEffect(() => {
    if (isShown && !matchMedia("(prefers-reduced-motion: reduce)").matches)
      root.current?.animate?.(
        { opacity: [0, 1], translate: ["0 0.5rem", "0 0"] },
        { duration: 200, easing: "ease-out" },
      );
  }, [isShown]);
  // In HTML that a server made there is nothing to tell, and a security policy may refuse style attributes.
  if (!isInPage) return null;
  const kind = isShown ? notice?.kind : undefined;
  const isAlert = kind === "closed";
  const isAway = kind === "connecting" || kind === "reconnecting";
  const isFresh = kind === "lost" || kind === "changed";
  const isOld = notice?.connection.error?.code === "PROTOCOL_MISMATCH";
  return (
    <section
      ref={root}
      data-kind={kind}
      aria-label={isShown ? words.region : undefined}
      className={isShown ? className : undefined}
      style={isShown ? { ...CARD, ...style } : { position: "fixed" }}
      onFocus={({ currentTarget, relatedTarget }: FocusEvent) => {
        if (!currentTarget.contains(relatedTarget)) origin.current = relatedTarget as HTMLElement | null;
      }}
    >
      {kind && (
        <span
          aria-hidden
          style={{ ...DOT, background: `var(--meanwhile-banner-accent, ${ACCENTS[kind] ?? "#d9822b"})` }}
        />
      )}
      <div>
        {/* There before it has something to say: only then do screen readers say it. */}
        <div role="status">{isAlert ? "" : text}</div>
        {isAlert && <div role="alert">{text}</div>}
        {isAway && notice && (
          <div aria-hidden style={DETAIL}>
            {words.attempt(notice.connection.attempt + 1, notice.seconds)}
          </div>
        )}
      </div>
      {kind && kind !== "connected" && (
        <button ref={followFocus} type="button" style={BUTTON} onClick={isFresh ? notice?.dismiss : notice?.retry}>
          {isFresh ? words.dismiss : isOld ? words.reload : isAlert ? words.again : words.retry}
        </button>
      )}
    </section>
  );
}

function textOf({ kind, connection: { error } }: ConnectionNotice, words: ConnectionBannerLabels): string {
  const isRefused = error !== undefined && kind !== "offline";
  if (isRefused) return words.refused(error);
  return kind === "closed" ? "" : words[kind];
}

const neverChanges = (): (() => void) => isFalse;
const isTrue = (): boolean => true;
const isFalse = (): boolean => false;
