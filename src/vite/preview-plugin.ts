import { existsSync } from "node:fs";
import type { Server } from "node:http";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin } from "vite";
import type { App } from "../server/index.ts";

/** Lets `vite preview` serve what `vite build` has built: the page, and the app behind it. */
export function previewPlugin(): Plugin {
  let app: App | undefined;
  return {
    name: "meanwhile:preview",
    async configurePreviewServer({ config, httpServer, middlewares }) {
      const bundle = resolve(config.root, config.environments["ssr"]!.build.outDir, "app.js");
      if (!existsSync(bundle)) {
        config.logger.warn(`[meanwhile] ${bundle} does not exist: run \`vite build\` first.`);
        return;
      }
      ({ app } = (await import(pathToFileURL(bundle).href)) as { app: App });
      app.attach(httpServer as Server);
      middlewares.use(app.middleware());
      httpServer.once("close", () => void app?.close());
    },
  };
}
