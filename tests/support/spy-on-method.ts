/** Calls `before` with the receiver and the arguments of each call of a method, from now on. */
export function spyOnMethod(
  target: object,
  name: string,
  before: (receiver: unknown, args: readonly unknown[]) => void,
): void {
  const original: unknown = Reflect.get(target, name);
  if (typeof original !== "function") throw new TypeError(`There is no method "${name}".`);
  Reflect.set(target, name, function (this: unknown, ...args: unknown[]): unknown {
    before(this, args);
    return Reflect.apply(original, this, args);
  });
}

/** All the text in a value that is written, sent or logged: errors with their stack and causes, objects as JSON. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  if (value instanceof Error) return `${value.stack ?? value.message}\n${jsonOf(value)}\n${textOf(value.cause)}`;
  return typeof value === "object" && value !== null ? jsonOf(value) : String(value);
}

function jsonOf(value: object): string {
  try {
    return JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? String(part) : part)) ?? "";
  } catch {
    return ""; // A cycle: nothing that could be sent.
  }
}
