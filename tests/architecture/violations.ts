import { posix } from "node:path";
import type { Room } from "./rooms.ts";
import { COMPUTED, type SourceFile } from "./source-file.ts";

/** The rules that a source tree is held against. */
export interface Rules {
  readonly rooms: Readonly<Record<string, Room>>;
  readonly longFiles: Readonly<Record<string, string>>;
  readonly defaultExports: Readonly<Record<string, string>>;
}

const MAX_LINES = 400;

const FILE_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*\.tsx?$/;

/** The room of a file: its first folder, or for a file of `src/` itself its name. */
export function roomOf(path: string): string {
  return path.split("/")[0] ?? path;
}

/** Everything in a source tree that breaks a rule, one sentence each. */
export function violations(files: readonly SourceFile[], rules: Rules): string[] {
  const paths = new Set(files.map(({ path }) => path));
  return [
    ...files.flatMap((file) => fileViolations(file, rules)),
    ...files.flatMap((file) => file.imports.flatMap((imported) => importViolations(file, imported, paths, rules))),
    // Types may refer to each other across files, as a union and its members do; what is left when compiled may not.
    ...cycles(fileGraph(files)).map((cycle) => `These files import each other: ${cycle.join(" -> ")}.`),
    ...cycles(roomGraph(files)).map((cycle) => `These rooms import each other: ${cycle.join(" -> ")}.`),
    ...staleExceptions(files, rules),
  ];
}

function fileViolations(file: SourceFile, rules: Rules): string[] {
  const { path } = file;
  const found: string[] = [];
  if (!(roomOf(path) in rules.rooms)) found.push(`${path} is in no room.`);
  if (!FILE_NAME.test(posix.basename(path))) found.push(`${path} is not named in kebab-case.`);
  if (file.exportsAll) found.push(`${path} has an \`export *\`: name what it exports.`);
  if (file.exportsDefault && !(path in rules.defaultExports)) found.push(`${path} has a default export: name it.`);
  if (file.lines > MAX_LINES && !(path in rules.longFiles)) {
    found.push(`${path} has ${file.lines} lines, more than ${MAX_LINES}: split it by concept.`);
  }
  for (const name of file.undocumented) found.push(`${path} exports ${name} without a docstring.`);
  return found;
}

function importViolations(
  { path }: SourceFile,
  { specifier, isForEffect }: SourceFile["imports"][number],
  paths: ReadonlySet<string>,
  { rooms }: Rules,
): string[] {
  const room = rooms[roomOf(path)];
  if (room === undefined) return [];
  const names = `${path} imports ${specifier}`;
  if (isForEffect) return [`${names} for its side effect, which package.json says there are none of.`];
  if (specifier === COMPUTED) {
    return room.loadsUserModules === true ? [] : [`${path} imports what nobody can check: use a literal name.`];
  }
  if (specifier.startsWith("node:"))
    return room.node === true ? [] : [`${names}: ${roomOf(path)} has no Node modules.`];
  if (!specifier.startsWith(".")) {
    const isAllowed = (room.packages ?? []).includes(packageOf(specifier));
    return isAllowed ? [] : [`${names}: ${roomOf(path)} may not use this package.`];
  }

  const target = resolve(path, specifier);
  if (!paths.has(target)) return [`${names}, which is no file of src/.`];
  const targetRoom = roomOf(target);
  if (targetRoom === roomOf(path)) return [];
  if (!room.rooms.includes(targetRoom)) return [`${names}: ${roomOf(path)} may not import ${targetRoom}.`];
  const visible = room.only?.[targetRoom];
  if (visible !== undefined && !visible.includes(target.slice(targetRoom.length + 1))) {
    return [`${names}: ${roomOf(path)} may see only ${visible.join(", ")} of ${targetRoom}.`];
  }
  return [];
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function resolve(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier);
}

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

function fileGraph(files: readonly SourceFile[]): Graph {
  return new Map(
    files.map(({ path, imports }) => {
      const targets = imports.filter(({ specifier, isErased }) => specifier.startsWith(".") && !isErased);
      return [path, new Set(targets.map(({ specifier }) => resolve(path, specifier)))] as const;
    }),
  );
}

function roomGraph(files: readonly SourceFile[]): Graph {
  const graph = new Map<string, Set<string>>();
  for (const { path, imports } of files) {
    const arrows = graph.get(roomOf(path)) ?? new Set();
    graph.set(roomOf(path), arrows);
    for (const { specifier } of imports) {
      const target = roomOf(resolve(path, specifier));
      if (specifier.startsWith(".") && target !== roomOf(path)) arrows.add(target);
    }
  }
  return graph;
}

/** One cycle through each node that a depth-first walk meets again while it is still on the way, shortest names first. */
function cycles(graph: Graph): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (node: string): void => {
    const at = way.indexOf(node);
    if (at >= 0) found.push([...way.slice(at), node]);
    if (at >= 0 || done.has(node)) return;
    way.push(node);
    for (const next of graph.get(node) ?? []) visit(next);
    way.pop();
    done.add(node);
  };
  for (const node of [...graph.keys()].toSorted()) visit(node);
  return found;
}

function staleExceptions(files: readonly SourceFile[], { longFiles, defaultExports }: Rules): string[] {
  const long = new Set(files.filter(({ lines }) => lines > MAX_LINES).map(({ path }) => path));
  const defaults = new Set(files.filter((file) => file.exportsDefault).map(({ path }) => path));
  return [
    ...Object.keys(longFiles).filter((path) => !long.has(path)),
    ...Object.keys(defaultExports).filter((path) => !defaults.has(path)),
  ].map((path) => `${path} no longer needs its exception.`);
}
