import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { DEFAULT_EXPORTS, ENTRY, LONG_FILES, type Room, ROOMS } from "./rooms.ts";
import { readRoomsTable } from "./rooms-table.ts";
import { readSource } from "./source-file.ts";
import { violations } from "./violations.ts";

const src = fileURLToPath(new URL("../../src/", import.meta.url));
const architecture = fileURLToPath(new URL("../../ARCHITECTURE.md", import.meta.url));

const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => readSource(path.replaceAll("\\", "/"), readFileSync(`${src}${path}`, "utf8")));

test("the sources keep to the rooms, without cycles, `export *`, default exports or undocumented exports", () => {
  const rules = { rooms: ROOMS, longFiles: LONG_FILES, defaultExports: DEFAULT_EXPORTS };
  expect(violations(files, rules)).toEqual([]);
});

test("a room imports none that stands below it", () => {
  const names = Object.keys(ROOMS);
  for (const [at, name] of names.entries()) {
    const below = (ROOMS[name] as Room).rooms.filter((room) => names.indexOf(room) >= at);
    expect(below, name).toEqual([]);
  }
});

test("ARCHITECTURE.md shows the same table", () => {
  expect(existsSync(architecture), "ARCHITECTURE.md is missing").toBe(true);
  const shown = readRoomsTable(readFileSync(architecture, "utf8"), Object.keys(ROOMS));
  const held = Object.entries(ROOMS).filter(([name]) => name !== ENTRY);
  expect(shown).toEqual(Object.fromEntries(held.map(([name, { rooms }]) => [name, [...rooms].toSorted()])));
});
