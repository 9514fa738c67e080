import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { leaksBeyond, openBeyond, openResources } from "../../support/leaks.ts";

test("nothing is open beyond the baseline when nothing was opened", async () => {
  expect(await leaksBeyond(openResources(), 0)).toEqual([]);
});

test("a timer that is still running is a leak; an unreferenced one is not", async () => {
  const baseline = openResources();
  const timer = setTimeout(() => undefined, 60_000);
  expect(await leaksBeyond(baseline, 10)).toEqual(["1 Timeout"]);
  timer.unref();
  expect(await leaksBeyond(baseline, 0)).toEqual([]);
  clearTimeout(timer);
});

test("a listening server is a leak until it has closed", async () => {
  const baseline = openResources();
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  expect(openBeyond(baseline)).toEqual(["1 TCPServerWrap"]);
  server.close();
  expect(await leaksBeyond(baseline)).toEqual([]);
});

test("what closes within the grace time is no leak", async () => {
  const baseline = openResources();
  setTimeout(() => undefined, 20);
  expect(await leaksBeyond(baseline)).toEqual([]);
});
