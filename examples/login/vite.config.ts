import react from "@vitejs/plugin-react";
import { meanwhile } from "meanwhile/vite";
import { defineConfig, isRunnableDevEnvironment, type Plugin } from "vite";
import type * as Routes from "./src/routes";

/** `POST /login` and `/logout` in development: loaded as Vite loads the app, so that both know the same logins. */
const routesInDev: Plugin = {
  name: "routes-in-dev",
  configureServer({ middlewares, environments: { ssr } }) {
    if (!isRunnableDevEnvironment(ssr)) return;
    middlewares.use((request, response, next) => {
      ssr.runner.import<typeof Routes>("/src/routes.ts").then(({ routes }) => {
        routes(request, response, next);
      }, next);
    });
  },
};

export default defineConfig({
  plugins: [react(), meanwhile(), routesInDev],
  // A third file beside dist/server/app.js and index.js: the server of production, with the routes in it.
  environments: { ssr: { build: { rolldownOptions: { input: { serve: "src/serve.ts" } } } } },
});
