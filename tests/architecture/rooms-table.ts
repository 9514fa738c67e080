/**
 * Reads the table of rooms out of a page: rows whose first cell is a room's name in backticks; the last cell says in words what
 * it may import. Gives each room's imports, sorted. "all of the above" is every room of the rows above.
 */
export function readRoomsTable(markdown: string, rooms: readonly string[]): Record<string, string[]> {
  const table: Record<string, string[]> = {};
  for (const line of markdown.split("\n")) {
    const [, first, ...rest] = line.split("|").map((cell) => cell.trim());
    const name = /^`([\w-]+)`$/.exec(first ?? "")?.[1];
    const mayImport = rest.at(-2);
    if (name === undefined || mayImport === undefined || !rooms.includes(name)) continue;
    const words = mayImport.match(/[\w-]+/g) ?? [];
    const named = mayImport.includes("all of the above") ? Object.keys(table) : words;
    table[name] = rooms.filter((room) => named.includes(room)).toSorted();
  }
  return table;
}
