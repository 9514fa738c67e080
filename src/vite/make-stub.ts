import type { BrowserExports } from "./browser-exports.ts";

/**
 * Writes what the browser gets in place of a state module: references that carry the states' names, and nothing else of it.
 * In development it accepts its own updates, so that an edit on the server leaves the page alone.
 */
export function makeStub({ states }: BrowserExports, options: { readonly isDev: boolean }): string {
  const lines = states.size > 0 ? ['import { stateRef } from "meanwhile/client";'] : ["export {};"];
  let index = 0;
  for (const [exportName, stateName] of states) {
    const ref = `/* @__PURE__ */ stateRef(${JSON.stringify(stateName)})`;
    if (exportName === "default") lines.push(`export default ${ref};`);
    else if (isIdentifier(exportName)) lines.push(`export const ${exportName} = ${ref};`);
    else lines.push(`const state${index} = ${ref};`, `export { state${index} as ${JSON.stringify(exportName)} };`);
    index += 1;
  }
  if (options.isDev) lines.push("if (import.meta.hot) import.meta.hot.accept();");
  return `${lines.join("\n")}\n`;
}

function isIdentifier(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name);
}
