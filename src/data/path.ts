const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** The path of a key of an object: `base.key`, or `base["a key"]`. */
export function pathOf(base: string, key: string): string {
  return IDENTIFIER.test(key) ? `${base}.${key}` : `${base}[${JSON.stringify(key)}]`;
}

/** The path of a Map's entry: `base.get("key")`. */
export function entryPath(base: string, key: unknown): string {
  return `${base}.get(${typeof key === "string" ? JSON.stringify(key) : typeof key === "object" && key !== null ? "..." : String(key)})`;
}
