import { useServerState } from "meanwhile/react";
import { memo } from "react";
import { CitiesState, type RejectedRow } from "./cities.state";
import { count, countryName } from "./words";

/** The rows that were not imported, and why; the newest first. */
export function Rejected() {
  const { rejected } = useServerState(CitiesState);

  return (
    <section className="rejected" aria-labelledby="rejected">
      <h2 id="rejected">Rejected rows</h2>
      {rejected.length === 0 ? (
        <p className="hint">None so far.</p>
      ) : (
        // It scrolls, so the keyboard must reach it.
        <ol tabIndex={0} aria-labelledby="rejected">
          {rejected.map((row) => <Row key={row.row} row={row} />).reverse()}
        </ol>
      )}
    </section>
  );
}

/** The objects of rows that are there already stay the same, so only new ones are rendered. */
const Row = memo(function Row({ row: { row, name, country, reason } }: { row: RejectedRow }) {
  return (
    <li>
      <p>
        <b>{name === "" ? "(no name)" : name}</b> <span>{countryName(country)}</span>
      </p>
      <p>
        {reason} <span>row {count(row)}</span>
      </p>
    </li>
  );
});
