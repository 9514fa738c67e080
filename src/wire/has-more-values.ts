/** Whether an encoded value holds more than `max` values, at all depths together; looks at no more than it needs, and never recurses. */
export function hasMoreValues(encoded: unknown, max: number): boolean {
  const open: unknown[] = [encoded];
  let count = 0;
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== "object" || value === null) continue;
    const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
    count += parts.length;
    if (count > max) return true;
    for (const part of parts) if (typeof part === "object" && part !== null) open.push(part);
  }
  return false;
}
