import { randomUUID } from "node:crypto";

/** A random id to keep. `randomUUID` puts its text together of many small ones, which take 400 bytes until somebody reads them. */
export function makeId(): string {
  const id = randomUUID();
  // Reading it makes it one.
  id.charCodeAt(0);
  return id;
}
