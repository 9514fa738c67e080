type Query = Readonly<Record<string, string | readonly string[]>>;

/** A query string's values, frozen; a key that is repeated has all of its values in order. */
export function parseQuery(query: string): Query {
  const values = Object.create(null) as Record<string, string | readonly string[]>;
  for (const [key, value] of new URLSearchParams(query)) {
    const known = values[key];
    values[key] =
      known === undefined ? value : Object.freeze([...(typeof known === "string" ? [known] : known), value]);
  }
  return Object.freeze(values);
}
