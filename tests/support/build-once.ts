import { ensureBuilt } from "../../scripts/build.mjs";

/** Builds the package before tests that use it as its users do, unless the last build is of the present sources. */
export default async function buildOnce(): Promise<void> {
  await ensureBuilt();
}
