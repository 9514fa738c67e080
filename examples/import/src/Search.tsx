import { useServerInput, useServerState } from "meanwhile/react";
import { CitiesState } from "./cities.state";
import { countryName, position } from "./words";

/** A search over what is in the database by now. */
export function Search() {
  const { query, found, search } = useServerState(CitiesState);
  const input = useServerInput(query, search, { debounce: 150 });

  return (
    <section className="search" aria-labelledby="search">
      <h2 id="search">Search</h2>
      <input
        {...input}
        type="search"
        maxLength={60}
        placeholder="How a city's name begins"
        aria-labelledby="search"
        autoComplete="off"
        spellCheck={false}
      />
      {found.length > 0 ? (
        <table id="found">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Country</th>
              <th scope="col">Position</th>
            </tr>
          </thead>
          <tbody>
            {found.map(({ name, country, lat, lng }, index) => (
              <tr key={index}>
                <td>{name}</td>
                <td>{countryName(country)}</td>
                <td>{position(lat, lng)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="hint">
          {query.trim() === ""
            ? "It works while the import runs, too."
            : `Nothing begins with “${query.trim()}” so far.`}
        </p>
      )}
    </section>
  );
}
