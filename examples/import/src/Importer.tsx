import { TaskRefusedError } from "meanwhile/client";
import { useRuns, useServerState, type RunView } from "meanwhile/react";
import { useState } from "react";
import { CitiesState, type ImportData, type ImportResult } from "./cities.state";
import { count, duration } from "./words";

/** The import: its progress while it runs, how it has ended, and the buttons. */
export function Importer() {
  const state = useServerState(CitiesState);
  const [run] = useRuns(state.importCities); // the newest, also after a reload
  const [isRefused, setRefused] = useState(false);
  const isActive = run?.isActive === true;

  async function start() {
    setRefused(false);
    try {
      await state.importCities();
    } catch (error) {
      if (!(error instanceof TaskRefusedError)) throw error;
      setRefused(true);
    }
  }

  return (
    <section className="importer" data-active={isActive || undefined} aria-labelledby="import">
      <h1 id="import">Cities of the world</h1>
      <p className="status" id="status" role="status">
        {statusOf(run, state.isPaused)}
      </p>

      {run !== undefined && <Figures run={run} isPaused={state.isPaused} />}

      <div className="actions">
        {isActive ? (
          <>
            <button className="primary" onClick={state.isPaused ? state.resume : state.pause}>
              {state.isPaused ? "Resume" : "Pause"}
            </button>
            <button onClick={run.cancel}>Cancel</button>
          </>
        ) : (
          <button className="primary" onClick={start}>
            {state.stored > 0 ? "Import again" : "Start import"}
          </button>
        )}
      </div>
      {isRefused && !isActive && (
        <p className="notice" role="alert">
          An import is running in another tab. There is one database, so there is one import at a time: try again when
          that one has ended.
        </p>
      )}

      <p className="stored" id="stored">
        {isActive
          ? "What is imported can be searched at once. Cancelled, an import leaves nothing behind."
          : state.stored > 0
            ? `${count(state.stored)} cities are in the database.`
            : "The database is empty. The file has some 171,000 places, from Andorra to Zimbabwe."}
      </p>
    </section>
  );
}

type ImportRun = RunView<ImportResult, ImportData>;

function statusOf(run: ImportRun | undefined, isPaused: boolean): string {
  if (run === undefined) return "Ready";
  if (run.isActive) return isPaused ? "Paused" : "Importing";
  return { succeeded: "Done", cancelled: "Cancelled" }[run.status as string] ?? "Failed";
}

function Figures({ run, isPaused }: { run: ImportRun; isPaused: boolean }) {
  const { progress, result, error } = run;
  const { value = 0, total, rate, remainingMs, message, data } = progress ?? {};
  if (run.status === "cancelled") return <p>Cancelled after {count(value)} rows. What they brought was deleted.</p>;
  if (run.status === "failed") return <p role="alert">{error?.message} What was imported was deleted.</p>;
  const isMoving = run.isActive && !isPaused;

  return (
    <>
      <p className="count">
        <strong id="imported">{count(result?.imported ?? data?.imported ?? 0)}</strong>{" "}
        <span>
          imported, <b id="rejected-count">{count(result?.rejected ?? data?.rejected ?? 0)}</b> rejected
        </span>
      </p>
      <progress aria-label="Import" value={value} max={total ?? 1} />
      {result !== undefined ? (
        <p className="figures" id="result">
          {count(result.imported + result.rejected)} rows in {duration(result.ms)}
        </p>
      ) : (
        <p className="figures">
          <span>{total === undefined ? message : `${count(value)} of ${count(total)} rows`}</span>
          {isMoving && rate !== undefined && <span id="rate">{count(rate)} rows/s</span>}
          {isMoving && remainingMs !== undefined && <span id="remaining">{duration(remainingMs)} left</span>}
          {total !== undefined && <span className="where">{message}</span>}
        </p>
      )}
    </>
  );
}
