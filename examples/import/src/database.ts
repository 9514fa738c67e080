import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import Database from "libsql";
import type { City } from "./check-city";

// The table of the last finished import is `cities`. One that goes on fills `incoming`, which takes its place at the end. So an import is kept whole or not at all,
// and still nobody waits for a transaction that takes seconds.
const COLUMNS = "(key TEXT, row INTEGER, name TEXT, country TEXT, lat REAL, lng REAL, PRIMARY KEY (key, row))";

const database = open(process.env["CITIES_DB"] ?? ".data/cities.db");

/** Which table searches look into. */
let table: "cities" | "incoming" = "cities";

function open(path: string): Database.Database {
  mkdirSync(dirname(path), { recursive: true });
  const opened = new Database(path);
  opened.pragma("journal_mode = WAL");
  opened.pragma("synchronous = NORMAL");
  opened.exec("DROP TABLE IF EXISTS incoming"); // of a process that was killed
  opened.exec(`CREATE TABLE IF NOT EXISTS cities ${COLUMNS} WITHOUT ROWID`);
  process.once("exit", () => opened.close());
  return opened;
}

/** An import that goes on; there is one at a time. */
export interface Incoming {
  /** Writes rows in one transaction; `row` is the first one's number in the file. */
  add(cities: readonly (City & { readonly row: number })[]): void;
  /** Puts what was written in the place of all that was there before. */
  finish(): void;
  /** Deletes what was written; without effect once it is finished. */
  discard(): void;
}

/** Begins an import. Until it ends, searches see its rows, and only these. */
export function beginImport(): Incoming {
  database.exec("DROP TABLE IF EXISTS incoming");
  database.exec(`CREATE TABLE incoming ${COLUMNS} WITHOUT ROWID`);
  const insert = database.prepare("INSERT INTO incoming VALUES (?, ?, ?, ?, ?, ?)");
  table = "incoming";
  return {
    add: database.transaction((cities: readonly (City & { readonly row: number })[]) => {
      for (const { row, name, country, lat, lng } of cities) insert.run(searchKey(name), row, name, country, lat, lng);
    }),
    finish: database.transaction(() => {
      database.exec("DROP TABLE cities");
      database.exec("ALTER TABLE incoming RENAME TO cities");
      table = "cities";
    }),
    discard: () => {
      table = "cities";
      database.exec("DROP TABLE IF EXISTS incoming");
    },
  };
}

/** How many cities the last finished import has brought. */
export function countCities(): number {
  return (database.prepare("SELECT count(*) AS count FROM cities").get() as { count: number }).count;
}

/** The first cities whose names begin with this text, whatever its case and accents. */
export function findCities(text: string, limit: number): City[] {
  const key = searchKey(text).trimStart();
  if (key === "") return [];
  // A range and not LIKE: it needs no escaping, and always uses the primary key.
  const select = `SELECT name, country, lat, lng FROM ${table} WHERE key >= ? AND key < ? ORDER BY key, row LIMIT ?`;
  return database.prepare(select).all(key, `${key}\u{10ffff}`, limit) as City[];
}

function searchKey(name: string): string {
  return name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
