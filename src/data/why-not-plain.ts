const ADVICE = "A var holds plain data: JSON values, undefined, bigint, Date, Map, Set, nested.";

/**
 * Why a function, a symbol or an instance of a class can't be carried, as the end of a sentence that begins with its
 * path. Names that may come from data (a function has the name of the key that it was written at) are left out.
 */
export function whyNotPlain(value: unknown): string {
  if (typeof value === "function") return `is a function. ${ADVICE}`;
  if (typeof value === "symbol") return `is a symbol. ${ADVICE}`;
  if (value instanceof Promise) return `is a promise. Await it first. ${ADVICE}`;
  const { constructor } = value as object;
  const name = typeof constructor === "function" ? constructor.name : "";
  return `is an instance of ${name || "a class"}. ${ADVICE} Keep clients, connections and class instances in modules.`;
}
