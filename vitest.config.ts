import { fileURLToPath } from "node:url";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { lowerDecorators } from "./tests/support/lower-decorators.ts";

const SETUP = "./tests/support/setup.ts";
const BUILT = "./tests/support/build-once.ts";

function project(name: string, test: TestProjectInlineConfiguration["test"] = {}): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: { name, include: [`tests/${name}/**/*.test.{ts,tsx}`], setupFiles: [SETUP], ...test },
  };
}

export default defineConfig({
  plugins: [lowerDecorators()],
  resolve: {
    // Tests import the package by its public names, from its sources.
    alias: [
      { find: /^meanwhile$/, replacement: fileURLToPath(new URL("src/index.ts", import.meta.url)) },
      { find: /^meanwhile\/(\w+)$/, replacement: fileURLToPath(new URL("src/$1/index.ts", import.meta.url)) },
    ],
  },
  test: {
    pool: "forks",
    maxWorkers: 2,
    projects: [
      project("unit"),
      project("property", { testTimeout: 60_000 }),
      project("contract", { setupFiles: [SETUP, "./tests/support/setup-servers.ts"] }),
      project("architecture"),
      project("integration", {
        setupFiles: [SETUP, "./tests/support/setup-servers.ts"],
        globalSetup: [BUILT],
        testTimeout: 20_000,
      }),
      project("e2e", {
        setupFiles: [SETUP, "./tests/support/setup-servers.ts"],
        globalSetup: [BUILT],
        fileParallelism: false,
        testTimeout: 60_000,
        hookTimeout: 60_000,
      }),
      project("package", { globalSetup: [BUILT], testTimeout: 120_000, hookTimeout: 120_000 }),
    ],
  },
});
