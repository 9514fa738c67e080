// The server of production, `node dist/server/serve.js`: the routes, then the page.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { routes } from "./routes";
import { app } from "./server";

const page = app.middleware();
const server = createServer((request, response) =>
  routes(request, response, () => page(request, response, () => response.writeHead(404).end())),
);
app.attach(server);
server.listen(Number(process.env["PORT"] ?? 3000), process.env["HOST"] ?? "127.0.0.1", () => {
  const { address, port } = server.address() as AddressInfo;
  console.log(`Listening on http://${address}:${port}`);
});

for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => void app.close().then(() => server.close()));
