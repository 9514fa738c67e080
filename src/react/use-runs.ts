import { useCallback, useSyncExternalStore } from "react";
import { runsOf, runViews, type Run, type RunView } from "../client/index.ts";

/** The runs of a background task, as its event function gives them. */
type RunViewsOf<F> = F extends (...args: never[]) => Promise<Run<infer R, infer D>> ? readonly RunView<R, D>[] : never;

/**
 * The runs of a background task of this page's session, live, the newest first: those that go on, and the last ones that have ended; also those that the server, another
 * component or the page before a reload has started.
 *
 * @example
 * ```tsx
 * const state = useServerState(ImportState);
 * const [run] = useRuns(state.importCities);
 * return <progress value={run?.progress?.value ?? 0} max={run?.progress?.total} />;
 * ```
 * @throws ClientSetupError for anything but a background task of a state.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- a constraint that must admit every parameter list
export function useRuns<F extends (...args: any[]) => Promise<Run>>(task: F): RunViewsOf<F> {
  const replica = runsOf(task);
  const subscribe = useCallback((listener: () => void) => replica.subscribe(listener), [replica]);
  const current = (): RunViewsOf<F> => runViews(replica) as RunViewsOf<F>;
  return useSyncExternalStore(subscribe, current, none as () => RunViewsOf<F>);
}

const NONE: readonly RunView[] = [];

/** HTML is made for a session that does not exist yet, and hydration must render the same. */
function none(): readonly RunView[] {
  return NONE;
}
