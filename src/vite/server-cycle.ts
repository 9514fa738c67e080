/** What is known of a module: its id and what it imports statically. */
export interface ImportGraph {
  importsOf(id: string): Iterable<string>;
}

/**
 * The way by which a state module comes back to the server's entry, which itself imports state modules; undefined if there is none.
 * The first element is a state module, the last the entry.
 */
export function findServerCycle(stateFiles: Iterable<string>, entry: string, graph: ImportGraph): string[] | undefined {
  for (const start of stateFiles) {
    const cameFrom = new Map<string, string | undefined>([[start, undefined]]);
    for (const id of cameFrom.keys()) {
      if (id === entry) return pathTo(entry, cameFrom);
      for (const imported of graph.importsOf(id)) {
        if (!cameFrom.has(imported)) cameFrom.set(imported, id);
      }
    }
  }
  return undefined;
}

function pathTo(end: string, cameFrom: ReadonlyMap<string, string | undefined>): string[] {
  const path: string[] = [];
  for (let id: string | undefined = end; id !== undefined; id = cameFrom.get(id)) path.unshift(id);
  return path;
}

/** Says which modules import each other in a circle, and what to do. */
export function serverCycleMessage(path: readonly string[]): string {
  const [state, ...rest] = path;
  const entry = path.at(-1);
  return (
    `${state} imports ${rest.join(", which imports ")}, and ${entry} imports the state modules: a circle, in which one of them sees the other before it is ready. ` +
    "A state module can't import the server's entry: use this.app in handlers, and put what both need into a module of its own."
  );
}
