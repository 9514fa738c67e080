import { relative, resolve } from "node:path";
import { normalizePath, type ResolvedConfig } from "vite";
import type { Project } from "./project.ts";

/** The modules that the plugin writes for a project's server. */
export const VIRTUAL = {
  /** Exports `states` and `sources`: all state classes of the project, and the file of each by its name. */
  states: "virtual:meanwhile/states",
  /** Exports `app`: the project's own, or one made of all states. It does not listen. */
  app: "virtual:meanwhile/app",
  /** The package's `meanwhile/server`, as a bundle sees it. */
  server: "virtual:meanwhile/server",
  /** Serves the app: what `node dist/server/index.js` runs. */
  main: "virtual:meanwhile/main",
} as const;

/** What Vite knows a virtual module as. */
export function virtualId(name: string): string {
  return `\0${name}`;
}

/**
 * The text of `virtual:meanwhile/states`. A class that turns out to extend something else than `State` is left out; one that is not there (a file that is
 * being written, a circle of imports) is an error: an app would lose its state.
 *
 * @throws SourceError for a state module that can't be parsed.
 */
export async function statesModule(project: Project): Promise<string> {
  const imports: string[] = [];
  const rows: string[] = [];
  for (const file of await project.modules.files()) {
    const { states } = await project.modules.read(file);
    const byName = new Map(states.map(({ stateName, exportName }) => [stateName, exportName]));
    // A module without states is imported too: it may have mistakes to tell.
    if (byName.size === 0) imports.push(`import ${JSON.stringify(file)};`);
    for (const [stateName, exportName] of byName) {
      imports.push(`import { ${importable(exportName)} as state${rows.length} } from ${JSON.stringify(file)};`);
      rows.push(
        `  [${JSON.stringify(stateName)}, state${rows.length}, ${JSON.stringify(project.modules.relative(file))}],`,
      );
    }
  }
  return `${[
    'import { State } from "meanwhile";',
    ...imports,
    "const found = [",
    ...rows,
    "].filter(([name, state, file]) => {",
    "  if (state === undefined) throw new TypeError(`${file} does not give ${name}: it is being written, or modules import each other in a circle.`);",
    "  return state.prototype instanceof State;",
    "});",
    "export const states = found.map(([, state]) => state);",
    "export const sources = Object.fromEntries(found.map(([name, , file]) => [name, file]));",
  ].join("\n")}\n`;
}

function importable(exportName: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(exportName) ? exportName : JSON.stringify(exportName);
}

/** The text of `virtual:meanwhile/app`. */
export function appModule(project: Project): string {
  const { entry, options } = project;
  if (entry !== undefined) return ownApp(entry, project);
  return `${[
    'import { App } from "meanwhile/server";',
    `import { states, sources } from "${VIRTUAL.states}";`,
    `export const app = new App({ states, sources, path: ${JSON.stringify(options.path)} });`,
  ].join("\n")}\n`;
}

function ownApp(entry: string, project: Project): string {
  return `${[
    `import * as entry from ${JSON.stringify(entry)};`,
    "export const app = entry.app ?? entry.default;",
    'if (typeof app?.injectHtml !== "function") {',
    `  throw new TypeError(${JSON.stringify(`${project.modules.relative(entry)} has to export its app: export const app = new App({ states: [...] });`)});`,
    "}",
  ].join("\n")}\n`;
}

/** The text of `virtual:meanwhile/main`. */
export function mainModule(): string {
  return `// Before the app is loaded: Node reads the maps of what is loaded from then on.
process.setSourceMapsEnabled(true);
const { app } = await import("${VIRTUAL.app}");
const { url } = await app.listen(Number(process.env.PORT || 3000), process.env.HOST || undefined);
console.log(\`Listening on \${url}\`);

let isClosing = false;
async function close(signal) {
  if (isClosing) process.exit(1);
  isClosing = true;
  console.log(\`\${signal}: closing\`);
  try {
    await app.close();
    process.exit(0);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}
process.on("SIGTERM", close);
process.on("SIGINT", close);
`;
}

/** The text of `virtual:meanwhile/server`: the package's entry, whose apps serve the page that was built with them unless they are told otherwise. */
export function serverModule(config: ResolvedConfig): string {
  const folderOf = (name: string): string => resolve(config.root, config.environments[name]!.build.outDir);
  const clientDir = `${normalizePath(relative(folderOf("ssr"), folderOf("client")))}/`;
  return `import { fileURLToPath } from "node:url";
import { App as PlainApp } from "meanwhile/server";
export * from "meanwhile/server";
const clientDir = fileURLToPath(new URL(${JSON.stringify(clientDir)}, import.meta.url));
export class App extends PlainApp {
  constructor(options) {
    super({ clientDir, ...options });
  }
}
`;
}
