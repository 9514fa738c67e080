import { State, event, type Background } from "meanwhile";
import { z } from "zod";
import { checkCity, type City, type RawCity } from "./check-city";
import { readCities } from "./city-file";
import { beginImport, countCities, findCities } from "./database";

/** A row of the file that was not imported. */
export interface RejectedRow {
  /** Its number in the file, from 1 up. */
  readonly row: number;
  readonly name: string;
  readonly country: string;
  readonly reason: string;
}

/** How many rows there are of each kind so far: the `data` of the import's progress. */
export interface ImportData {
  imported: number;
  rejected: number;
}

/** What an import returns. */
export interface ImportResult extends ImportData {
  ms: number;
}

const BATCH = 1_000;
const MAX_FOUND = 20;
const MAX_LISTED = 1_000; // rejected rows that a page is sent; all are counted
const countries = new Intl.DisplayNames("en", { type: "region", fallback: "code" });

/** The cities of the world: their import, and a search over what is there already. All pages share the database. */
export class CitiesState extends State {
  stored = 0;
  isPaused = false;
  rejected: RejectedRow[] = [];
  query = "";
  found: City[] = [];

  @event({ onLoad: true }) opened() {
    this._look();
  }

  @event({ args: [z.string().max(60)] }) search(text: string) {
    this.query = text;
    this._look();
  }

  @event pause() {
    this.isPaused = true;
  }

  @event resume() {
    this.isPaused = false;
  }

  /** One at a time, whoever asks: there is one database. What is cancelled or fails keeps nothing. */
  @event({ background: true, policy: "single", per: "app" })
  async importCities(this: Background<CitiesState, ImportData>): Promise<ImportResult> {
    let startedAt = performance.now();
    const data: ImportData = { imported: 0, rejected: 0 };
    this.task.report({ message: "Reading the file" });
    const { total, batches } = await readCities(BATCH);
    const incoming = beginImport();
    try {
      await this.lock((self) => void (self.rejected = []));
      let done = 0;
      for (const batch of batches) {
        const accepted: (City & { row: number })[] = [];
        const rejected: RejectedRow[] = [];
        for (const raw of batch) {
          const row = (done += 1);
          const city = checkCity(raw);
          if (typeof city === "string") rejected.push({ row, ...texts(raw), reason: city });
          else accepted.push({ row, ...city });
        }
        incoming.add(accepted);
        data.imported += accepted.length;
        data.rejected += rejected.length;
        const country = accepted.at(-1)?.country; // the file goes by country
        this.task.report({ value: done, total, message: country && countries.of(country), data });
        await this.lock((self) => self._added(rejected));
        await this.task.sleep(0); // the other pages' turn
        startedAt += await whilePaused(this);
      }
      // In one window, so that a click on Cancel comes before all of it or after all of it.
      await this.lock((self) => {
        incoming.finish();
        self._ended();
      });
      return { ...data, ms: Math.round(performance.now() - startedAt) };
    } catch (error) {
      incoming.discard();
      await this.lock((self) => {
        self.rejected = [];
        self._ended();
      });
      throw error; // how a run ends is the run's own: the page sees it there
    }
  }

  _added(rejected: readonly RejectedRow[]) {
    this.rejected.push(...rejected.slice(0, MAX_LISTED - this.rejected.length));
    this.found = findCities(this.query, MAX_FOUND);
  }

  _ended() {
    this.isPaused = false;
    this._look();
  }

  _look() {
    this.stored = countCities();
    this.found = findCities(this.query, MAX_FOUND);
  }
}

/** Waits while the page has its import paused, and gives how many ms that took. One whose page has gone goes on, or nobody else could import for ever. */
async function whilePaused(self: Background<CitiesState, ImportData>): Promise<number> {
  const from = performance.now();
  while (self.isPaused) {
    await self.task.sleep(100);
    const { connected } = self.task;
    await self.lock((state) => {
      if (!connected) state.isPaused = false;
    });
  }
  return performance.now() - from;
}

/** What a page is shown of a row that may hold anything. */
function texts({ name, country }: RawCity): { name: string; country: string } {
  const text = (value: unknown): string => (typeof value === "string" ? value.slice(0, 200) : "");
  return { name: text(name), country: text(country) };
}
