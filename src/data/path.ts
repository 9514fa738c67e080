const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** The path of a key of an object: `base.key`, or `base["a key"]`. */
export function pathOf(base: string, key: string): string {
  return IDENTIFIER.test(key) ? `${base}.${key}` : `${base}[${JSON.stringify(key)}]`;
}

/** The path of a Map's entry: `base.get("key")`. */
export function entryPath(base: string, key: unknown): string {
  if (typeof key === "string") return `${base}.get(${JSON.stringify(key)})`;
  return `${base}.get(${typeof key === "object" && key !== null ? "..." : String(key)})`;
}

/** The path of a Set's member. */
export function memberPath(base: string): string {
  return `${base} member`;
}

/** The path of the last of `objects`, each of which is in the one before; `base` is the first one's. */
export function pathAlong(base: string, objects: readonly object[]): string {
  let path = base;
  for (let at = 1; at < objects.length; at += 1) path = pathWithin(path, objects[at - 1]!, objects[at]!);
  return path;
}

/** The path of what is found first in `outer`, by identity. */
function pathWithin(base: string, outer: object, inner: object): string {
  if (Array.isArray(outer)) return `${base}[${outer.indexOf(inner)}]`;
  if (outer instanceof Set) return memberPath(base);
  if (outer instanceof Map) {
    for (const [key, value] of outer) if (value === inner) return entryPath(base, key);
    return `${base} key`;
  }
  const found = Object.keys(outer).find((key) => (outer as Record<string, unknown>)[key] === inner);
  return found === undefined ? base : pathOf(base, found);
}
