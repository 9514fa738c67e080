/** One room of `src/`: what it holds and what its files may use. ARCHITECTURE.md shows the same table. */
export interface Room {
  /** Rooms that its files may import, types included. */
  readonly rooms: readonly string[];
  /** Narrowed arrows: the files of another room that are all it may see of it. */
  readonly only?: Readonly<Record<string, readonly string[]>>;
  /** npm packages that its files may import. */
  readonly packages?: readonly string[];
  /** Whether its files may import `node:` modules. Without it the room runs in browsers too, or could. */
  readonly node?: true;
  /** Whether its files may `import()` what is known only at run time: a user's modules. */
  readonly loadsUserModules?: true;
}

/** The entry that state modules import, `src/index.ts`, counts as a room of its own. */
export const ENTRY = "index.ts";

/** The rooms of DESIGN.md, in its order: nobody imports a room that stands below it. */
export const ROOMS: Readonly<Record<string, Room>> = {
  base: { rooms: [] },
  data: { rooms: ["base"] },
  delta: { rooms: ["base", "data"] },
  wire: { rooms: ["base", "data", "delta"] },
  state: { rooms: ["base", "data"], packages: ["@standard-schema/spec"] },
  stores: { rooms: ["base"], node: true },
  sessions: { rooms: ["base", "data", "delta", "state", "stores"], node: true },
  events: { rooms: ["base", "state", "sessions"], packages: ["@standard-schema/spec"], node: true },
  tasks: { rooms: ["base", "state", "sessions"], node: true },
  server: {
    rooms: ["base", "data", "delta", "wire", "state", "stores", "sessions", "events", "tasks"],
    packages: ["pino", "sirv", "ws"],
    node: true,
  },
  client: { rooms: ["base", "data", "delta", "wire"] },
  react: { rooms: ["client"], packages: ["react"] },
  vite: {
    rooms: ["server", "wire"],
    only: { server: ["index.ts"] },
    packages: ["esbuild", "vite"],
    node: true,
    loadsUserModules: true,
  },
  testing: { rooms: ["server", "client"], node: true },
  [ENTRY]: { rooms: ["base", "data", "state", "events", "tasks"] },
};

/** Files that may have more than 400 lines, each with its reason. */
export const LONG_FILES: Readonly<Record<string, string>> = {};

/** Files that may have a default export, each with its reason. */
export const DEFAULT_EXPORTS: Readonly<Record<string, string>> = {};
