/** Row 12: how much does the browser have to load? */
import { gzippedBytes } from "./support/gzipped-bytes.ts";
import { report } from "./support/report.ts";

const KB = 1_024;

const client = await gzippedBytes(["./src/client/index.ts"]);
const both = await gzippedBytes(["./src/client/index.ts", "./src/react/index.ts"]);
const react = await gzippedBytes(["./src/react/index.ts"]);

function row(what: string, bytes: number, most: number) {
  return {
    what,
    figure: `${bytes.toLocaleString("en-US")} bytes`,
    target: `at most ${most} KB`,
    isMet: bytes <= most * KB,
  };
}

report({
  name: "size",
  title: "12. Size of the browser's side, minified and gzipped",
  rows: [
    row("`meanwhile/client`", client, 6),
    row("`meanwhile/client` and `meanwhile/react`", both, 8),
    {
      what: "`meanwhile/react` alone, with what it uses of the client",
      figure: `${react.toLocaleString("en-US")} bytes`,
    },
  ],
  notes: ["By esbuild, all exports kept. React itself is not counted. A KB is 1,024 bytes."],
});
