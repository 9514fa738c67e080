import { use, useInsertionEffect, useMemo, useSyncExternalStore } from "react";
import type { Page, StateLike } from "../client/index.ts";
import { useClient } from "./client-context.ts";
import { PageSource } from "./page-source.ts";

declare module "react" {
  // React ignores what a form's action gives, but its types allow nothing except this interface to give anything: without it an event with a result would be
  // refused in `<form action={task.submit}>`.
  interface DO_NOT_USE_OR_YOU_WILL_BE_FIRED_EXPERIMENTAL_FORM_ACTIONS {
    serverEvent: (form: FormData) => Promise<unknown>;
  }
}

/** A promise that React knows to be fulfilled (these fields are how it marks one), so that `use` gives its value at once. */
const READY: Promise<void> = Object.assign(Promise.resolve(), { status: "fulfilled", value: undefined });

/**
 * A state as this component sees it: its vars and computed vars, live, and its events as functions.
 *
 * The object is a new one whenever something that the component has read from it has changed, and else the same, so that it can be a dependency or a prop; what
 * children read from it counts as read here. Events keep their identity for ever. In callbacks and effects it reads the newest values.
 *
 * Suspends where this tab has no values yet (HTML that our server did not serve), once, until they are there.
 */
export function useServerState<S>(state: StateLike<S>): Page<S> {
  const replica = useClient().state(state);
  const source = useMemo(() => new PageSource(replica), [replica]);
  // Not `if`: React warns when a render that suspended in `use` finishes without it.
  use(source.isEmpty() ? replica.loaded() : READY);
  const view = useSyncExternalStore(source.subscribe, source.current, source.initial);
  // Insertion effects run before every layout effect, children's included: those are callbacks already.
  useInsertionEffect(view.commit, [view]);
  return view.page as Page<S>;
}
